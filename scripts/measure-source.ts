import { spawnSync } from 'node:child_process';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '..');

interface Measure {
  readonly name: string;
  readonly value: number;
  /** The value must not be larger; null: the number is only shown. */
  readonly aim: number | null;
  /** The places that count, where a number alone doesn't say what to do. */
  readonly places: readonly string[];
}

function isMet({ value, aim }: Measure): boolean {
  return aim === null || value <= aim;
}

interface SourceFile {
  readonly path: string;
  readonly text: string;
  readonly lines: number;
}

/** Measures how large and how plain the code is. Runs Biome and knip, so it takes some seconds. */
function measureSource(): Measure[] {
  const source = readFiles('src/**/*.ts');
  const all = readFiles('{src,sandbox,demo,bench,scripts,test}/**/*.ts');
  const largest = source.toSorted((a, b) => b.lines - a.lines)[0];
  const long = listLongFunctions();
  const unused = listUnusedExports();
  return [
    { name: 'lines of src', value: sum(source.map(({ lines }) => lines)), aim: null, places: [] },
    { name: 'files of src', value: source.length, aim: null, places: [] },
    {
      name: 'lines of the largest file',
      value: largest?.lines ?? 0,
      aim: 300,
      places: [largest?.path ?? ''],
    },
    { name: 'functions over 60 lines', value: long.length, aim: 0, places: long },
    count('literals spread into literals', all, /\.\.\.\{/g, 0),
    count('Pick<', source, /\bPick</g, 40),
    { name: 'exports that nobody imports', value: unused.length, aim: 0, places: unused },
    { name: 'lines of README', value: readFiles('README.md')[0]?.lines ?? 0, aim: 200, places: [] },
  ];
}

function readFiles(pattern: string): SourceFile[] {
  return globSync(pattern, { cwd: ROOT }).map((path) => {
    const text = readFileSync(join(ROOT, path), 'utf8');
    return { path, text, lines: text.split('\n').length - 1 };
  });
}

function count(name: string, files: readonly SourceFile[], pattern: RegExp, aim: number): Measure {
  const found = files.flatMap(({ path, text }) => [...text.matchAll(pattern)].map(() => path));
  const places = [...Map.groupBy(found, (path) => path)].map(([path, { length }]) => `${path} (${length})`);
  return { name, value: found.length, aim, places };
}

const LONG_FUNCTION = 'lint/complexity/noExcessiveLinesPerFunction';

/** The limit is in biome.json. */
function listLongFunctions(): string[] {
  const { diagnostics } = JSON.parse(
    runTool('biome', ['lint', '--reporter=json', '--max-diagnostics=none', '--diagnostic-level=info', 'src']),
  ) as { diagnostics: { category: string; location: { path: string; start: { line: number } } }[] };
  return diagnostics
    .filter(({ category }) => category === LONG_FUNCTION)
    .map(({ location }) => `${location.path}:${location.start.line}`);
}

function listUnusedExports(): string[] {
  const { issues } = JSON.parse(runTool('knip', ['--reporter=json', '--no-exit-code'])) as {
    issues: ({ file: string } & Record<'exports' | 'types', { name: string }[]>)[];
  };
  return issues.flatMap(({ file, exports, types }) =>
    [...exports, ...types].map(({ name }) => `${file}: ${name}`),
  );
}

function runTool(name: string, words: readonly string[]): string {
  const program = join(ROOT, 'node_modules/.bin', name);
  const { stdout, stderr, error } = spawnSync(program, words, {
    cwd: ROOT,
    encoding: 'utf8',
    maxBuffer: 64 * 1_048_576,
  });
  if (error || !stdout.includes('{')) throw new Error(`${name} gave no result: ${stderr}`, { cause: error });
  return stdout.slice(stdout.indexOf('{'));
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

for (const measure of measureSource()) {
  const { name, value, aim, places } = measure;
  console.log(
    aim === null ? `  ${name}: ${value}` : `${isMet(measure) ? '✓' : '✗'} ${name}: ${value} (at most ${aim})`,
  );
  if (isMet(measure)) continue;
  process.exitCode = 1;
  for (const place of places) console.log(`    ${place}`);
}
