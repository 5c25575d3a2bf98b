import { CheckRunWatch, waitForAll } from './check-run-watch.ts';
import type { Scenario } from './scenario.ts';
import { addTrackedRepository, pushChange, waitForCheckRuns } from './tracked-repository.ts';

const PUSHES = 150;
const INSTALLATIONS = 30;

/** Many pushes at once, to repositories of many installations. */
export const manyPushes: Scenario = async (sandbox, { quick }) => {
  const { github, meltano } = sandbox;
  meltano.script = () => 'manual';
  const watch = new CheckRunWatch(sandbox);
  const jobAt = new Map<string, number>();
  for (let number = 0; number < INSTALLATIONS; number += 1)
    github.installations.add({ account: `many-${number}` });
  const repositories = Array.from({ length: quick ? 30 : PUSHES }, (_, number) =>
    addTrackedRepository(sandbox, { account: `many-${number % INSTALLATIONS}`, name: `data-${number}` }),
  );
  const pushed = repositories.map((repository) => pushChange(sandbox, repository));
  const jobWaits = await waitForAll(pushed, ({ fullName, workspaces: [workspace], pushedAt }) => {
    const job = workspace ? meltano.jobsOf(workspace)[0] : undefined;
    if (job && !jobAt.has(fullName)) jobAt.set(fullName, performance.now());
    const at = jobAt.get(fullName);
    return at === undefined ? undefined : at - pushedAt;
  });
  const queuedWaits = await waitForCheckRuns(watch, pushed);
  for (const job of meltano.jobs) if (job.status === 'QUEUED') job.run();
  for (const job of meltano.jobs) if (!job.ended) job.end('COMPLETE');
  watch.stop();
  return {
    '150 pushes at once, 30 installations → queued check run': queuedWaits,
    '150 pushes at once, 30 installations → job': jobWaits,
  };
};
