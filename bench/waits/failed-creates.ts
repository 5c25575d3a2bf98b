import { setTimeout as sleep } from 'node:timers/promises';
import type { Sandbox } from '../../sandbox/sandbox.ts';
import { CheckRunWatch } from './check-run-watch.ts';
import type { Scenario } from './scenario.ts';
import {
  addTrackedRepository,
  type PushedRepository,
  pushChange,
  waitForCheckRuns,
} from './tracked-repository.ts';

/** GitHub answers 503 to the first creates of a check run. */
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
  // All workspaces exist before the first push, so no push waits for a new list of them.
  const repositories = Array.from({ length: samples }, (_, number) => {
    const account = `fails-${times}-${number}`;
    sandbox.github.installations.add({ account });
    return addTrackedRepository(sandbox, { account, name: 'data' });
  });
  const pushed: PushedRepository[] = [];
  for (const repository of repositories) {
    sandbox.github.service.faults.add({
      method: 'POST',
      path: new RegExp(`/repos/${repository.fullName}/check-runs$`),
      times,
      action: { kind: 'status', status: 503 },
    });
    pushed.push(pushChange(sandbox, repository));
    await sleep(300);
  }
  const waits = await waitForCheckRuns(watch, pushed);
  watch.stop();
  return waits;
}
