import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import type { Load, LoadResult } from './acknowledgement/generate-load.ts';
import { listReceivers, type Receiver } from './acknowledgement/receivers.ts';
import type { Benchmark, BenchmarkOptions, Table } from './output/benchmark.ts';
import { formatMegabytes, formatMilliseconds, formatNumber, formatRatio } from './output/format-number.ts';
import { median } from './output/percentile.ts';
import { withCleanup } from './processes/cleanup.ts';
import { WorldProcess } from './world/world-process.ts';

const CONNECTIONS = 20;
/** Repositories that push to tracked branches. The app plans and deploys while it answers. */
const REPOSITORIES = 50;
/** Time between the start and the measurement of memory. */
const SETTLE_MS = 20_000;
/** Warm-up before the measurement, so that the code is compiled. */
const WARM_UP_S = 2;

interface Round {
  readonly receiver: string;
  readonly readyMs: number;
  readonly idleBytes: number;
  readonly one: LoadResult;
  readonly many: LoadResult;
  readonly half: LoadResult;
  /** Events that the app doesn't subscribe to, and checks of other Apps, for which nothing waits; with the same body. */
  readonly ignored: LoadResult;
  readonly checks: LoadResult;
}

export const acknowledgement: Benchmark = {
  name: 'acknowledgement',
  title: 'how quickly a signed push delivery is answered, and what the process costs before that',
  async run(options) {
    const receivers = listReceivers(options.databaseUrl);
    const rounds: Round[] = [];
    // In turns, so that other load on the machine affects all receivers.
    for (let number = 1; number <= (options.quick ? 1 : 3); number += 1) {
      for (const receiver of receivers) {
        options.say(`round ${number}: ${receiver.name}`);
        rounds.push(await measure(receiver, options));
      }
    }
    return { tables: listTables(receivers, rounds), data: { connections: CONNECTIONS, rounds } };
  },
};

async function measure(receiver: Receiver, options: BenchmarkOptions): Promise<Round> {
  return {
    receiver: receiver.name,
    ...(await measureStart(receiver)),
    ...(await measureLoad(receiver, options)),
    ...(await measureChecks(receiver, options)),
  };
}

/** Measures the start without any installation. */
function measureStart(receiver: Receiver): Promise<{ readyMs: number; idleBytes: number }> {
  return withCleanup(async (cleanup) => {
    const environment = await new WorldProcess(cleanup).ask({ ask: 'environment' });
    const { process, readyMs } = await receiver.start(environment, cleanup);
    await sleep(SETTLE_MS);
    const { rss: idleBytes } = await process.usage();
    return { readyMs, idleBytes };
  });
}

function measureLoad(
  receiver: Receiver,
  { quick }: BenchmarkOptions,
): Promise<{ one: LoadResult; many: LoadResult; half: LoadResult }> {
  return withCleanup(async (cleanup) => {
    const world = new WorldProcess(cleanup);
    const environment = await world.ask({ ask: 'environment' });
    const repositories = await world.ask({ ask: 'prepare', deployments: REPOSITORIES, installations: 1 });
    const { url } = await receiver.start(environment, cleanup);
    const secret = environment['WEBHOOK_SECRET'] ?? '';
    const load = { url: `${url}/api/github/webhooks`, secret, repositories };
    const seconds = quick ? 1 : 6;
    await generate({ ...load, connections: CONNECTIONS, seconds: WARM_UP_S });
    const one = await generate({ ...load, connections: 1, seconds });
    const many = await generate({ ...load, connections: CONNECTIONS, seconds });
    const rate = Math.max(1, Math.round(many.perSecond / 2));
    const half = await generate({ ...load, connections: CONNECTIONS, seconds, rate });
    return { one, many, half };
  });
}

function measureChecks(
  receiver: Receiver,
  { quick }: BenchmarkOptions,
): Promise<{ ignored: LoadResult; checks: LoadResult }> {
  return withCleanup(async (cleanup) => {
    const world = new WorldProcess(cleanup);
    const environment = await world.ask({ ask: 'environment' });
    const repositories = await world.ask({ ask: 'prepare', deployments: REPOSITORIES, installations: 1 });
    const { url } = await receiver.start(environment, cleanup);
    const secret = environment['WEBHOOK_SECRET'] ?? '';
    const load = { url: `${url}/api/github/webhooks`, secret, repositories, connections: CONNECTIONS };
    const seconds = quick ? 1 : 6;
    for (const suite of ['requested', 'completed']) await generate({ ...load, seconds: WARM_UP_S, suite });
    const ignored = await generate({ ...load, seconds, suite: 'requested' });
    const checks = await generate({ ...load, seconds, suite: 'completed' });
    return { ignored, checks };
  });
}

async function generate(load: Load): Promise<LoadResult> {
  const script = join(import.meta.dirname, 'acknowledgement/generate-load.ts');
  const { stdout } = await promisify(execFile)(process.execPath, [script, JSON.stringify(load)]);
  const result = JSON.parse(stdout) as LoadResult;
  if (result.failed > 0) throw new Error(`${result.failed} deliveries were not answered with 2xx.`);
  return result;
}

function listTables(receivers: [Receiver, ...Receiver[]], rounds: readonly Round[]): Table[] {
  const of = (receiver: Receiver, read: (round: Round) => number) =>
    median(rounds.filter((round) => round.receiver === receiver.name).map(read));
  const [peer] = receivers;
  const row = (receiver: Receiver): string[] => {
    const both = (read: (round: Round) => number, format: (value: number) => string) => {
      const value = of(receiver, read);
      return receiver === peer ? format(value) : `${format(value)} (${formatRatio(value, of(peer, read))})`;
    };
    return [
      receiver.name,
      both((round) => round.one.perSecond, formatNumber),
      both((round) => round.many.perSecond, formatNumber),
      ...(['p50', 'p99', 'p999'] as const).map((key) =>
        formatMilliseconds(of(receiver, (round) => round.many[key])),
      ),
      formatMilliseconds(of(receiver, (round) => round.half.p99)),
      both((round) => round.idleBytes, formatMegabytes),
      both((round) => round.readyMs, formatMilliseconds),
    ];
  };
  return [
    {
      title: 'Acknowledgement of a signed push of 20 commits',
      columns: [
        ...['receiver', '1 connection (a second)', `${CONNECTIONS} connections (a second)`],
        ...['p50', 'p99', 'p99.9', 'p99 at half load', 'idle memory', 'ready after'],
      ],
      rows: receivers.map(row),
      notes: [
        `Each number is the median of the rounds, which go by turns. ${REPOSITORIES} repositories push, as fast as they are answered. ` +
          'The bare Probot app has a push handler that does nothing; Meltano Deploy answers after the delivery is synced to disk, and each ' +
          `repository has a workspace: meanwhile it plans, deploys and watches. p50 to p99.9 are at ${CONNECTIONS} connections; half load ` +
          `is half of what was answered there. Idle memory is that after ${SETTLE_MS / 1000} s with nothing installed. The aims are 0.5 ` +
          'times the bare app at 20 connections, a p99 below 50 ms at half load, 1.5 times its memory and a start within 1 s, all with the ' +
          'embedded database. On PostgreSQL each write waits for a server beside it, and its driver is loaded at the start.',
      ],
    },
    {
      title: 'Acknowledgement of a check suite of another App, for which no deployment waits',
      columns: ['receiver', 'of an ignored event (a second)', 'of a completed suite (a second)', 'p99'],
      rows: receivers.map((receiver) => {
        const ignored = of(receiver, (round) => round.ignored.perSecond);
        const checks = of(receiver, (round) => round.checks.perSecond);
        const p99 = formatMilliseconds(of(receiver, (round) => round.checks.p99));
        const answered = `${formatNumber(checks)} (${formatRatio(checks, ignored)})`;
        return [receiver.name, formatNumber(ignored), answered, p99];
      }),
      notes: [
        `At ${CONNECTIONS} connections, with the same body but for the action. The aim is 0.5 times the ignored event.`,
      ],
    },
  ];
}
