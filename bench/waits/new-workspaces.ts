import { setTimeout as sleep } from 'node:timers/promises';
import { CheckRunWatch, waitForAll } from './check-run-watch.ts';
import type { Scenario } from './scenario.ts';
import { addTrackedRepository, pushChange } from './tracked-repository.ts';

const REPOSITORIES_EACH = 10;
const LIST_MS = 400;

/** Workspaces that are made one after the other, each followed by the first push to its repository. */
export const newWorkspaces: Scenario = async (sandbox, { quick }) => {
  const { github, meltano } = sandbox;
  const watch = new CheckRunWatch(sandbox);
  const fault = meltano.service.faults.add({
    method: 'GET',
    path: /^\/api\/workspaces(\?|$)/,
    action: { kind: 'delay', ms: LIST_MS },
  });
  const pushed: { sha: string; checkName: string; pushedAt: number }[] = [];
  for (let number = 0; number < (quick ? 5 : 100); number += 1) {
    const account = `new-${Math.floor(number / REPOSITORIES_EACH)}`;
    if (number % REPOSITORIES_EACH === 0) github.installations.add({ account });
    const { fullName, checkNames } = addTrackedRepository(sandbox, { account, name: `data-${number}` });
    pushed.push({ ...pushChange(sandbox, fullName), checkName: checkNames[0] ?? '' });
    await sleep(1_500 + Math.random() * 2_000);
  }
  const waits = await waitForAll(pushed, ({ sha, checkName, pushedAt }) => {
    const at = watch.at(sha, checkName, 'any');
    return at === undefined ? undefined : at - pushedAt;
  });
  watch.stop();
  fault.remove();
  return { 'first push → check run': waits };
};
