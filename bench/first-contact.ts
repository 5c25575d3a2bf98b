import { setTimeout as sleep } from 'node:timers/promises';
import type { Benchmark, BenchmarkOptions } from './output/benchmark.ts';
import { withCleanup } from './processes/cleanup.ts';
import { makeHome, startApp } from './processes/start-app.ts';
import { playScenario, tabulateWaits, type Wait } from './waits/measure-waits.ts';
import { WorldProcess } from './world/world-process.ts';

const REPOSITORIES = 10;
const DOWN_MS = 2_000;
const LOG_LAG_MS = 8_000;

export const firstContact: Benchmark = {
  name: 'first-contact',
  title:
    'the first push of a new workspace, its project check, and pushes that were lost while the app restarted',
  async run(options) {
    options.say('new workspaces');
    const [[what, samples] = ['', []]] = Object.entries(await playScenario('new workspaces', options));
    options.say('project checks');
    const [[, checks] = ['', []]] = Object.entries(await playScenario('project checks', options));
    options.say('restarts');
    const lost = await measureLostPushes(options);
    const waits: Wait[] = [
      {
        what: `a new workspace's ${what}`,
        samples,
        aim: 'p95 ≤ 5 s',
      },
      {
        what: 'a push → its completed project check, of 21 files that are all unknown',
        samples: checks,
        aim: 'p95 ≤ 3 s',
      },
      {
        what: 'a push that was lost while the app restarted → its job, from the start on',
        samples: lost,
        aim: 'p95 ≤ 20 s',
      },
    ];
    const table = tabulateWaits('First contact', waits, [
      `The list of workspaces takes 0.4 s to answer. The app is down for ${DOWN_MS / 1000} s while ${REPOSITORIES} repositories push; ` +
        `GitHub's log of deliveries shows each attempt ${LOG_LAG_MS / 1000} s late.`,
    ]);
    return { tables: [table], data: { waits } };
  },
};

function measureLostPushes({ quick }: BenchmarkOptions): Promise<number[]> {
  return withCleanup(async (cleanup) => {
    const world = new WorldProcess(cleanup);
    const env = await world.ask({ ask: 'environment' });
    await world.ask({ ask: 'prepare', deployments: REPOSITORIES, installations: REPOSITORIES });
    const home = await makeHome(cleanup);
    let app = await startApp({ env, home }, cleanup);
    await world.ask({ ask: 'begin', webhookUrl: `${app.url}/api/github/webhooks` });
    const waits: number[] = [];
    for (let round = 0; round < (quick ? 1 : 10); round += 1) {
      await app.process.stop();
      const stoppedAt = performance.now();
      await world.ask({ ask: 'lose pushes', logLagMs: LOG_LAG_MS });
      await sleep(DOWN_MS - (performance.now() - stoppedAt));
      const startedAt = Date.now();
      app = await startApp({ env, home }, cleanup);
      const jobTimes = await world.ask({ ask: 'await lost pushes' });
      waits.push(...jobTimes.map((at) => at - startedAt));
      // Waits for the ends of the jobs and check runs.
      await sleep(5_000);
    }
    return waits;
  });
}
