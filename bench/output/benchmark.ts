/** One program of `npm run bench`. */
export interface Benchmark {
  readonly name: string;
  /** What it measures. */
  readonly title: string;
  run(options: BenchmarkOptions): Promise<BenchmarkResult>;
}

export interface BenchmarkOptions {
  /** Short and small: shows that the benchmark works, not how fast anything is. */
  readonly quick: boolean;
  /** A PostgreSQL server (`postgres://…`). Null: leaves out the parts that need one. */
  readonly databaseUrl: string | null;
  readonly say: (progress: string) => void;
}

interface BenchmarkResult {
  readonly tables: readonly Table[];
  /** The unrounded numbers. */
  readonly data: unknown;
  /** Further result files by name. */
  readonly files?: Readonly<Record<string, string>>;
}

export interface Table {
  readonly title: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
  /** Explain the measurement and the numbers. */
  readonly notes: readonly string[];
}
