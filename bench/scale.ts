import { setTimeout as sleep } from 'node:timers/promises';
import type { Benchmark, BenchmarkOptions, Table } from './output/benchmark.ts';
import { formatMegabytes, formatMilliseconds, formatNumber } from './output/format-number.ts';
import { percentile } from './output/percentile.ts';
import { withCleanup } from './processes/cleanup.ts';
import { startApp } from './processes/start-app.ts';
import type { WorldCounts } from './world/world-messages.ts';
import { WorldProcess } from './world/world-process.ts';

/** One deployment in ten writes log lines. The others are quiet. */
const ONE_LIVELY_IN = 10;
const LINE_EVERY_MS = 5_000;
/** Deployments of one installation, which gets one write a second. */
const PER_INSTALLATION = 5;
/** After 40 s without lines, a job is polled at the lowest rate. */
const QUIET_AFTER_MS = 45_000;
const MOST_ENDED = 60;

interface Row {
  readonly deployments: number;
  readonly lively: number;
  /** Processor time per second while all deployments run. */
  readonly cores: number;
  readonly cpuPerDeploymentMinute: number;
  readonly bytes: number;
  readonly heapBytes: number;
  readonly beginMs: number;
  readonly counts: WorldCounts;
  readonly livelyLags: readonly number[];
  readonly quietLags: readonly number[];
}

export const scale: Benchmark = {
  name: 'scale',
  title: 'many deployments at once in one process: processor time, memory, lag',
  async run(options) {
    const rows: Row[] = [];
    for (const deployments of options.quick ? [20, 100] : [100, 500, 2_000, 5_000]) {
      options.say(`${deployments} deployments`);
      rows.push(await measure(deployments, options));
    }
    return {
      tables: [makeTable(rows)],
      data: { oneLivelyIn: ONE_LIVELY_IN, lineEveryMs: LINE_EVERY_MS, rows },
    };
  },
};

function measure(deployments: number, { quick }: BenchmarkOptions): Promise<Row> {
  return withCleanup(async (cleanup) => {
    const world = new WorldProcess(cleanup);
    const env = await world.ask({ ask: 'environment' });
    const lively = Math.ceil(deployments / ONE_LIVELY_IN);
    await world.ask({
      ask: 'prepare',
      deployments,
      installations: Math.ceil(deployments / PER_INSTALLATION),
    });
    const app = await startApp({ env }, cleanup);
    const began = performance.now();
    await world.ask({ ask: 'begin', webhookUrl: `${app.url}/api/github/webhooks` });
    const beginMs = performance.now() - began;
    await world.ask({ ask: 'log', jobs: lively, everyMs: LINE_EVERY_MS });
    await sleep(quick ? 1_000 : QUIET_AFTER_MS);
    await world.ask({ ask: 'reset' });
    const before = await app.process.usage();
    const seconds = quick ? 5 : 40;
    await sleep(seconds * 1000);
    const after = await app.process.usage();
    const counts = await world.ask({ ask: 'counts' });
    const ends = Math.min(MOST_ENDED, Math.floor(lively / 2) || 1);
    const withinMs = quick ? 2_000 : 15_000;
    const livelyLags = await world.ask({ ask: 'end', from: 0, to: ends, withinMs });
    const quietLags = await world.ask({ ask: 'end', from: lively, to: lively + ends, withinMs });
    const cores = (after.cpuMs - before.cpuMs) / 1000 / counts.seconds;
    return {
      deployments,
      lively,
      beginMs,
      counts,
      cores,
      bytes: after.rss,
      heapBytes: after.heapUsed,
      cpuPerDeploymentMinute: (cores * 60) / deployments,
      livelyLags: livelyLags.map(({ ms }) => ms),
      quietLags: quietLags.map(({ ms }) => ms),
    };
  });
}

function makeTable(rows: readonly Row[]): Table {
  return {
    title: 'Deployments running at once in one process',
    columns: [
      ...['deployments', 'cores', 'processor time per deployment and minute', 'memory'],
      ...[
        'lag of lively jobs p50',
        'p95',
        'lag of quiet jobs p50',
        'p95',
        'status reads a minute, quiet job',
      ],
    ],
    rows: rows.map((row) => [
      formatNumber(row.deployments),
      formatNumber(row.cores),
      formatMilliseconds(row.cpuPerDeploymentMinute * 1000),
      formatMegabytes(row.bytes),
      ...[50, 95].map((percent) => formatMilliseconds(percentile(row.livelyLags, percent))),
      ...[50, 95].map((percent) => formatMilliseconds(percentile(row.quietLags, percent))),
      formatNumber((row.counts.mostQuietReads * 60) / row.counts.seconds),
    ]),
    notes: [
      `One job in ${ONE_LIVELY_IN} writes a line every ${LINE_EVERY_MS / 1000} s (lively), the others have written nothing for ` +
        `${QUIET_AFTER_MS / 1000} s (quiet); ${PER_INSTALLATION} deployments in each installation. Lag is from the end of the job ` +
        'to the completed check run. The simulated services run in a process of their own.',
    ],
  };
}
