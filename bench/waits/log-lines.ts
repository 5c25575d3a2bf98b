import { setTimeout as sleep } from 'node:timers/promises';
import { CheckRunWatch, waitForAll } from './check-run-watch.ts';
import type { Scenario } from './scenario.ts';
import { addTrackedRepository, pushChange, waitForJobs } from './tracked-repository.ts';

const DEPLOYMENTS = 3;

/** Three deployments of one installation write log lines. Measures when each line is in a check run. */
export const logLines: Scenario = async (sandbox, { quick }) => {
  const { github, meltano } = sandbox;
  const written = new Map<string, number>();
  const shown = new Map<string, number>();
  const watch = new CheckRunWatch(sandbox, ({ output }) => {
    for (const [line] of output?.text?.matchAll(/line-\d+-\d+/g) ?? []) {
      if (!shown.has(line)) shown.set(line, performance.now());
    }
  });
  meltano.script = () => 'manual';
  github.installations.add({ account: 'logs' });
  const repositories = Array.from({ length: DEPLOYMENTS }, (_, number) =>
    addTrackedRepository(sandbox, { account: 'logs', name: `data-${number}` }),
  );
  for (const repository of repositories) pushChange(sandbox, repository);
  const jobs = await waitForJobs(sandbox, repositories);
  for (const job of jobs) job.run();
  await Promise.all(
    jobs.map(async (job, index) => {
      for (let number = 0; number < (quick ? 5 : 40); number += 1) {
        await sleep(500 + Math.random() * 3_000);
        const line = `line-${index}-${number}`;
        job.log(`2026-11-30T10:00:00Z [info     ] ${line} Installing plugins`);
        written.set(line, performance.now());
      }
    }),
  );
  const lags = await waitForAll([...written], ([line, at]) => {
    const seen = shown.get(line);
    return seen === undefined ? undefined : seen - at;
  });
  for (const job of jobs) job.end('COMPLETE');
  watch.stop();
  return { 'a line of the log → the same line in the check run': lags };
};
