import { setTimeout as sleep } from 'node:timers/promises';
import type { Sandbox } from '../../sandbox/sandbox.ts';
import { CheckRunWatch, waitForAll } from './check-run-watch.ts';
import type { Scenario } from './scenario.ts';
import { addTrackedRepository, pushChange } from './tracked-repository.ts';

/** GitHub answers 503 to the first creates of a check run, and then works. */
export const failedCreates: Scenario = async (sandbox, { quick }) => {
  const samples = quick ? 3 : 100;
  const [two, four] = await Promise.all([
    failCreates(sandbox, { samples, times: 2 }),
    failCreates(sandbox, { samples, times: 4 }),
  ]);
  return {
    'GitHub answers 503 to two creates → the check run': two,
    'GitHub answers 503 to four creates → the check run': four,
  };
};

async function failCreates(
  sandbox: Sandbox,
  { samples, times }: { samples: number; times: number },
): Promise<number[]> {
  const watch = new CheckRunWatch(sandbox);
  // All of them first: none waits for a list of workspaces that knows it.
  const repositories = Array.from({ length: samples }, (_, number) => {
    const account = `fails-${times}-${number}`;
    sandbox.github.installations.add({ account });
    return addTrackedRepository(sandbox, { account, name: 'data' });
  });
  const pushed: { sha: string; checkName: string; pushedAt: number }[] = [];
  for (const { fullName, checkNames } of repositories) {
    sandbox.github.service.faults.add({
      method: 'POST',
      path: new RegExp(`/repos/${fullName}/check-runs$`),
      times,
      action: { kind: 'status', status: 503 },
    });
    pushed.push({ ...pushChange(sandbox, fullName), checkName: checkNames[0] ?? '' });
    await sleep(300);
  }
  const waits = await waitForAll(pushed, ({ sha, checkName, pushedAt }) => {
    const at = watch.at(sha, checkName, 'any');
    return at === undefined ? undefined : at - pushedAt;
  });
  watch.stop();
  return waits;
}
