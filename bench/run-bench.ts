import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { acknowledgement } from './acknowledgement.ts';
import { firstContact } from './first-contact.ts';
import { hotPaths } from './hot-paths.ts';
import type { Benchmark, BenchmarkOptions } from './output/benchmark.ts';
import { describeMachine, type Machine, renderMachine } from './output/machine.ts';
import { renderTable } from './output/markdown-table.ts';
import { publish } from './output/publish.ts';
import { cleanUpAll } from './processes/cleanup.ts';
import { reportLag } from './report-lag.ts';
import { scale } from './scale.ts';

const BENCHMARKS: readonly Benchmark[] = [acknowledgement, firstContact, reportLag, scale, hotPaths];
const RESULTS = join(import.meta.dirname, 'results');

const USAGE = `Usage: npm run bench [-- [--quick | --publish] [name...]]

${BENCHMARKS.map(({ name, title }) => `  ${name.padEnd(16)} ${title}`).join('\n')}

  --quick          small and short: shows that the benchmarks work, not how fast anything is
  --publish        measures nothing: puts the last results into docs/performance.md

Without a name all of them run. Each prints a Markdown table and writes bench/results/<name>.json and <name>.md.
TEST_DATABASE_URL names a PostgreSQL server for what needs one; scripts/with-postgres brings one:
  WITH_POSTGRES_OPTIONS='-c fsync=on' scripts/with-postgres npm run bench`;

async function runBench(words: string[]): Promise<void> {
  const { values, positionals } = parseArgs({
    args: words,
    allowPositionals: true,
    options: {
      quick: { type: 'boolean', default: false },
      publish: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  const unknown = positionals.filter((name) => !BENCHMARKS.some((one) => one.name === name));
  if (values.help || unknown.length > 0) {
    console.log(unknown.length > 0 ? `There is no benchmark "${unknown[0]}".\n\n${USAGE}` : USAGE);
    process.exitCode = values.help ? 0 : 2;
    return;
  }
  const chosen = BENCHMARKS.filter(({ name }) => positionals.length === 0 || positionals.includes(name));
  if (values.publish) {
    const problem = publish(
      RESULTS,
      chosen.map(({ name }) => name),
    );
    if (problem === null) return;
    console.error(problem);
    process.exitCode = 1;
    return;
  }
  const machine = describeMachine();
  const options: BenchmarkOptions = {
    quick: values.quick,
    databaseUrl: process.env['TEST_DATABASE_URL'] ?? null,
    say: (progress) => console.error(`  ${progress}`),
  };
  for (const benchmark of chosen) await runOne(benchmark, options, machine);
}

async function runOne(benchmark: Benchmark, options: BenchmarkOptions, machine: Machine): Promise<void> {
  const { name, title } = benchmark;
  console.error(`${name}: ${title}`);
  const { tables, data, files = {} } = await benchmark.run(options);
  const text = [...tables.map(renderTable), renderMachine(machine)].join('\n\n');
  console.log(`\n${text}\n`);
  mkdirSync(RESULTS, { recursive: true });
  const record = { benchmark: name, quick: options.quick, machine, data };
  writeFileSync(join(RESULTS, `${name}.json`), `${JSON.stringify(record, null, 2)}\n`);
  writeFileSync(join(RESULTS, `${name}.md`), `${text}\n`);
  for (const [file, content] of Object.entries(files)) writeFileSync(join(RESULTS, file), content);
}

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.once(signal, () => void cleanUpAll().finally(() => process.exit(130)));
}
try {
  await runBench(process.argv.slice(2));
} catch (error) {
  const isUsage =
    error instanceof TypeError && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS');
  if (!isUsage) throw error;
  console.error(`${error.message}\n\n${USAGE}`);
  process.exitCode = 2;
}
