import { setTimeout as sleep } from 'node:timers/promises';
import type { Sandbox } from '../../sandbox/sandbox.ts';
import { CheckRunWatch, waitForAll } from './check-run-watch.ts';
import type { Scenario } from './scenario.ts';
import { addTrackedRepository, pushChange } from './tracked-repository.ts';

const WORKSPACES = 10;
const RUN_MS = 25_000;
const BETWEEN_MS = 4_000;

/** Ten workspaces of one repository: measures their check runs after one push, and their conclusions. */
export const tenWorkspaces: Scenario = async (sandbox, { quick }) => {
  sandbox.meltano.script = () => 'manual';
  const rounds: Promise<Round>[] = [];
  for (let number = 0; number < (quick ? 1 : 10); number += 1) {
    sandbox.github.installations.add({ account: `ten-${number}` });
    rounds.push(playRound(sandbox, `ten-${number}`));
    await sleep(BETWEEN_MS);
  }
  const played = await Promise.all(rounds);
  return {
    '10 workspaces, one push → their queued check runs': played.flatMap(({ created }) => created),
    '10 workspaces, ends within one second → their conclusions': played.flatMap(({ concluded }) => concluded),
  };
};

interface Round {
  readonly created: readonly number[];
  readonly concluded: readonly number[];
}

async function playRound(sandbox: Sandbox, account: string): Promise<Round> {
  const { meltano } = sandbox;
  const watch = new CheckRunWatch(sandbox);
  const repository = addTrackedRepository(sandbox, {
    account,
    name: 'data',
    workspaces: WORKSPACES,
  });
  const { workspaces, checkNames, sha, pushedAt } = pushChange(sandbox, repository);
  const jobs = await waitForAll(workspaces, (workspace) => meltano.jobsOf(workspace)[0]);
  for (const job of jobs) job.run();
  const logger = setInterval(() => {
    for (const job of jobs) job.log('2026-11-30T10:00:00Z [info     ] Installing plugins');
  }, 2_000);
  await sleep(RUN_MS);
  clearInterval(logger);
  const endedAt: number[] = [];
  for (const job of jobs) {
    job.end('COMPLETE');
    endedAt.push(performance.now());
    await sleep(1_000 / WORKSPACES);
  }
  const concludedAt = await waitForAll(checkNames, (name) => watch.at(sha, name, 'completed'));
  const createdAt = checkNames.map((name) => watch.at(sha, name, 'any') ?? Number.NaN);
  watch.stop();
  return {
    created: createdAt.map((at) => at - pushedAt),
    concluded: concludedAt.map((at, index) => at - (endedAt[index] ?? Number.NaN)),
  };
}
