import { setTimeout as sleep } from 'node:timers/promises';
import { CheckRunWatch } from './check-run-watch.ts';
import type { Scenario } from './scenario.ts';
import {
  addTrackedRepository,
  type PushedRepository,
  pushChange,
  waitForCheckRuns,
} from './tracked-repository.ts';

const REPOSITORIES_EACH = 10;
const LIST_MS = 400;

/** Adds workspaces one after the other, each with the first push to its repository. */
export const newWorkspaces: Scenario = async (sandbox, { quick }) => {
  const { github, meltano } = sandbox;
  const watch = new CheckRunWatch(sandbox);
  const fault = meltano.service.faults.add({
    method: 'GET',
    path: /^\/api\/workspaces(\?|$)/,
    action: { kind: 'delay', ms: LIST_MS },
  });
  const pushed: PushedRepository[] = [];
  for (let number = 0; number < (quick ? 5 : 100); number += 1) {
    const account = `new-${Math.floor(number / REPOSITORIES_EACH)}`;
    if (number % REPOSITORIES_EACH === 0) github.installations.add({ account });
    pushed.push(pushChange(sandbox, addTrackedRepository(sandbox, { account, name: `data-${number}` })));
    await sleep(1_500 + Math.random() * 2_000);
  }
  const waits = await waitForCheckRuns(watch, pushed);
  watch.stop();
  fault.remove();
  return { 'first push → check run': waits };
};
