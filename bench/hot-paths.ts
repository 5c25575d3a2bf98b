import { join } from 'node:path';
import { fillStore } from './hot-paths/fill-store.ts';
import { type PathResult, runPaths } from './hot-paths/run-paths.ts';
import type { Benchmark, BenchmarkOptions, Table } from './output/benchmark.ts';
import { formatBytes, formatMilliseconds, formatNumber } from './output/format-number.ts';
import { withCleanup } from './processes/cleanup.ts';
import { startApp } from './processes/start-app.ts';
import { WorldProcess } from './world/world-process.ts';

interface Start {
  readonly deployments: number;
  readonly readyMs: number;
}

export const hotPaths: Benchmark = {
  name: 'hot-paths',
  title: 'log lines, comments, workspaces, and a start with many old deployments',
  async run(options) {
    const paths: PathResult[] = [];
    for await (const result of runPaths(options.quick ? 5 : 100)) {
      options.say(result.path);
      paths.push(result);
    }
    const starts: Start[] = [];
    for (const deployments of [1, options.quick ? 10_000 : 100_000]) {
      options.say(`a start with ${deployments} old deployments`);
      starts.push({ deployments, readyMs: await measureStart(deployments) });
    }
    return { tables: [makeTable(paths, options), makeStartTable(starts)], data: { paths, starts } };
  },
};

function measureStart(deployments: number): Promise<number> {
  return withCleanup(async (cleanup) => {
    const world = new WorldProcess(cleanup);
    const env = await world.ask({ ask: 'environment' });
    const DATA_DIR = join(cleanup.folder(), 'data');
    await fillStore(DATA_DIR, deployments);
    const { readyMs } = await startApp({ env: { ...env, DATA_DIR } }, cleanup);
    return readyMs;
  });
}

function makeTable(paths: readonly PathResult[], { quick }: BenchmarkOptions): Table {
  return {
    title: 'Hot paths',
    columns: ['what', 'rate', 'time for one', 'share of it for garbage collection', 'allocated for one'],
    rows: paths.map(({ path, ms, collectionMs, allocatedBytes, amount, unit }) => [
      path,
      `${formatNumber((amount * 1000) / ms)} ${unit === 'MB' ? 'MB/s' : 'a second'}`,
      formatMilliseconds(ms / amount),
      `${formatNumber((100 * collectionMs) / ms)} %`,
      formatBytes(allocatedBytes / amount),
    ]),
    notes: [
      `The log is ${quick ? 5 : 100} MB of lines as Meltano, pip and dbt write them; one line in a thousand has a password, one in two thousand is an error. ` +
        'One is a megabyte of it, or one time.',
    ],
  };
}

function makeStartTable(starts: readonly Start[]): Table {
  return {
    title: 'Start with old deployments in the embedded database',
    columns: ['old deployments', 'ready after'],
    rows: starts.map(({ deployments, readyMs }) => [formatNumber(deployments), formatMilliseconds(readyMs)]),
    notes: [],
  };
}
