/** One program of `npm run bench`. */
export interface Benchmark {
  readonly name: string;
  /** What it measures, for the person who reads the list. */
  readonly title: string;
  run(options: BenchmarkOptions): Promise<BenchmarkResult>;
}

export interface BenchmarkOptions {
  /** Shorter and smaller: shows that it works, not how fast anything is. */
  readonly quick: boolean;
  /** A PostgreSQL server (`postgres://…`); null: what needs one is left out. */
  readonly databaseUrl: string | null;
  readonly say: (progress: string) => void;
}

export interface BenchmarkResult {
  readonly tables: readonly Table[];
  /** What a machine reads: the unrounded numbers. */
  readonly data: unknown;
  /** Further files to be written, by name. */
  readonly files?: Readonly<Record<string, string>>;
}

export interface Table {
  readonly title: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
  /** What was done, and what a number means. */
  readonly notes: readonly string[];
}
