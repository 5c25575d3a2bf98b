import { setTimeout as sleep } from 'node:timers/promises';
import { CheckRunWatch, waitForAll } from './check-run-watch.ts';
import type { Scenario } from './scenario.ts';
import { addTrackedRepository, pushChange, waitForJobs } from './tracked-repository.ts';

const ENDS_WITHIN_MS = 20_000;

/** Fifty deployments of one installation, with growing logs, that end within 20 s. */
export const manyEnds: Scenario = async (sandbox, { quick }) => {
  const { github, meltano } = sandbox;
  const deployments = quick ? 15 : 50;
  meltano.script = () => 'manual';
  let firstEndAt = Number.POSITIVE_INFINITY;
  let openWrites = 0;
  const watch = new CheckRunWatch(sandbox, ({ status }) => {
    if (status !== 'completed' && performance.now() > firstEndAt) openWrites += 1;
  });
  github.installations.add({ account: 'ends' });
  const repositories = Array.from({ length: deployments }, (_, number) =>
    addTrackedRepository(sandbox, { account: 'ends', name: `data-${number}` }),
  );
  const pushed = repositories.map((repository) => pushChange(sandbox, repository));
  const jobs = await waitForJobs(sandbox, pushed);
  for (const job of jobs) job.run();
  const logger = setInterval(() => {
    for (const job of jobs) if (!job.ended) job.log('2026-11-30T10:00:00Z [info     ] Installing plugins');
  }, 5_000);
  // Waits until all check runs are in progress and the burst of writes is over.
  await waitForAll(pushed, ({ sha, checkNames }) => watch.at(sha, checkNames[0] ?? '', 'in_progress'));
  await sleep(15_000);
  const endedAt: number[] = [];
  firstEndAt = performance.now();
  for (const job of jobs) {
    job.end('COMPLETE');
    endedAt.push(performance.now());
    await sleep(ENDS_WITHIN_MS / deployments);
  }
  clearInterval(logger);
  const concludedAt = await waitForAll(pushed, ({ sha, checkNames }) =>
    watch.at(sha, checkNames[0] ?? '', 'completed'),
  );
  watch.stop();
  return {
    '50 ends of one installation within 20 s → their conclusions': concludedAt.map(
      (at, index) => at - (endedAt[index] ?? Number.NaN),
    ),
    openWrites: [openWrites],
  };
};
