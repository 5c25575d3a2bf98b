import { setTimeout as sleep } from 'node:timers/promises';
import type { Benchmark, BenchmarkOptions, Table } from './output/benchmark.ts';
import { formatMilliseconds, formatNumber } from './output/format-number.ts';
import { percentile } from './output/percentile.ts';
import { withCleanup } from './processes/cleanup.ts';
import { CONTENDERS, type Contender } from './report-lag/contenders.ts';
import { drawLag, type LagRow, type LagSetting } from './report-lag/draw-lag.ts';
import { playScenario, tabulateWaits, type Wait } from './waits/measure-waits.ts';
import type { ScenarioName } from './waits/scenarios.ts';
import { WorldProcess } from './world/world-process.ts';

const LINE_EVERY_MS = 5_000;

export const reportLag: Benchmark = {
  name: 'report-lag',
  title: 'from the end of a job to its completed check run, beside two plain polling loops',
  async run(options) {
    const rows: LagRow[] = [];
    for (const setting of listSettings(options)) {
      for (const contender of CONTENDERS) {
        options.say(`${describeSetting(setting)}: ${contender.name}`);
        rows.push(await measure(setting, contender, options));
      }
    }
    // One deployment has no percentiles, so the picture leaves it out.
    const spread = rows.filter(({ installations, deployments }) => installations === deployments);
    const picture = drawLag(spread.filter(({ deployments }) => deployments > 1));
    const { waits, notes } = await measureWaits(options);
    return {
      tables: [makeTable(rows), tabulateWaits('From what happens to what the commit shows', waits, notes)],
      data: { rows, waits },
      files: { 'report-lag.svg': picture },
    };
  },
};

/** The scenarios, and the aims of their measurements in order. */
const WAITS: readonly (readonly [ScenarioName, readonly string[]])[] = [
  ['log lines', ['p95 ≤ 5 s']],
  ['ten workspaces', ['p95 ≤ 2.5 s', 'p95 ≤ 2.5 s']],
  ['many pushes', ['p95 ≤ 4 s', 'p95 ≤ 4 s']],
  ['many ends', ['longest ≤ 25 s']],
  ['failed creates', ['p95 ≤ 12 s', 'p95 ≤ 30 s']],
];

async function measureWaits(options: BenchmarkOptions): Promise<{ waits: Wait[]; notes: string[] }> {
  const waits: Wait[] = [];
  const notes = [
    'Three deployments of one installation write the log lines. In the last two rows each check run is in an installation of its own.',
  ];
  for (const [scenario, aims] of WAITS) {
    options.say(scenario);
    const { openWrites, ...samples } = await playScenario(scenario, options);
    const played = Object.entries(samples).map(([what, all], index) => ({
      what,
      samples: all,
      aim: aims[index] ?? '',
    }));
    waits.push(...played);
    if (openWrites) {
      notes.push(
        `Between the first of the 50 ends and the last conclusion, ${openWrites[0]} writes went to open check runs (aim 0).`,
      );
    }
  }
  return { waits, notes };
}

function listSettings({ quick }: BenchmarkOptions): LagSetting[] {
  const spread = (quick ? [1, 10] : [1, 50, 500]).map((count) => ({
    deployments: count,
    installations: count,
  }));
  return [...spread, { deployments: quick ? 5 : 50, installations: 1 }];
}

function describeSetting({ deployments, installations }: LagSetting): string {
  const where = installations === 1 ? 'in one installation' : `in ${installations} installations`;
  return `${deployments} ${where}`;
}

function measure(setting: LagSetting, contender: Contender, { quick }: BenchmarkOptions): Promise<LagRow> {
  return withCleanup(async (cleanup) => {
    const { deployments } = setting;
    const world = new WorldProcess(cleanup);
    await world.ask({ ask: 'environment' });
    await world.ask({ ask: 'prepare', ...setting });
    await contender.begin(world, cleanup);
    await world.ask({ ask: 'log', jobs: deployments, everyMs: LINE_EVERY_MS });
    await world.ask({ ask: 'reset' });
    await sleep(quick ? 3_000 : 20_000);
    const counts = await world.ask({ ask: 'counts' });
    // GitHub wants a second between two writes for an installation. Faster ends would measure the queue.
    const withinMs = Math.max(
      1_000,
      setting.installations === 1 ? deployments * 1_500 : quick ? 2_000 : 20_000,
    );
    const lags = await world.ask({ ask: 'end', from: 0, to: deployments, withinMs });
    const perMinute = (requests: number) => (requests * 60) / counts.seconds / deployments;
    return {
      ...setting,
      contender: contender.name,
      counts,
      lags: lags.map(({ ms }) => ms),
      meltanoPerMinute: perMinute(counts.statusReads + counts.logReads + counts.otherReads),
      githubWritesPerMinute: perMinute(counts.githubWrites),
    };
  });
}

function makeTable(rows: readonly LagRow[]): Table {
  return {
    title: 'From the end of a job to its completed check run',
    columns: [
      ...['deployments', 'who', 'lag p50', 'p95', 'p99'],
      ...['requests to Meltano Cloud', 'writes to GitHub', 'reads of GitHub'],
    ],
    rows: rows.map((row) => [
      describeSetting(row),
      row.contender,
      ...[50, 95, 99].map((percent) => formatMilliseconds(percentile(row.lags, percent))),
      formatNumber(row.meltanoPerMinute),
      formatNumber(row.githubWritesPerMinute),
      formatNumber((row.counts.githubReads * 60) / row.counts.seconds / row.deployments),
    ]),
    notes: [
      `Each job writes a line every ${LINE_EVERY_MS / 1000} s until it ends. Requests are those of one deployment in a minute, as they are in the ` +
        'first 20 s of the runs: the app writes a growing log every 4.5 s while few runs share the budget of an installation, and more rarely the more ' +
        'they are. Ends are spread over 20 s; in one installation, where the budget is a write a second, over 1.5 s for each job. One deployment ' +
        'has one lag, and of 50 the p99 is the largest. The loops are given their check runs and tokens ready-made, and know nothing of ' +
        'limits: GitHub takes 80 writes a minute and 500 an hour of an installation.',
    ],
  };
}
