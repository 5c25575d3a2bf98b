import type { SandboxJob } from '../../sandbox/meltano/sandbox-job.ts';
import type { SandboxWorkspace } from '../../sandbox/meltano/sandbox-workspace.ts';
import type { Sandbox } from '../../sandbox/sandbox.ts';
import { type CheckRunWatch, waitForAll } from './check-run-watch.ts';

export interface TrackedRepository {
  readonly fullName: string;
  readonly workspaces: readonly SandboxWorkspace[];
  /** The names of their check runs. */
  readonly checkNames: readonly string[];
}

/** Adds a private repository to an existing installation, and workspaces that track it. */
export function addTrackedRepository(
  sandbox: Sandbox,
  { account, name, workspaces: count = 1 }: { account: string; name: string; workspaces?: number },
): TrackedRepository {
  const fullName = `${account}/${name}`;
  sandbox.github.repositories.add({ fullName, private: true, files: { 'meltano.yml': 'version: 1\n' } });
  const workspaces = Array.from({ length: count }, (_, number) =>
    sandbox.meltano.addWorkspace({
      name: `${account} ${name} ${number}`,
      repositoryUrl: sandbox.repositoryUrl(fullName),
    }),
  );
  return {
    fullName,
    workspaces,
    checkNames: workspaces.map((workspace) => `Meltano Deploy (${workspace.name})`),
  };
}

let pushes = 0;

export interface PushedRepository extends TrackedRepository {
  readonly sha: string;
  /** Milliseconds of `performance.now()`. */
  readonly pushedAt: number;
}

export function pushChange({ github }: Sandbox, repository: TrackedRepository): PushedRepository {
  const { fullName } = repository;
  pushes += 1;
  const pushedAt = performance.now();
  const { after: sha } = github.branches.push({
    repository: fullName,
    files: { 'meltano.yml': `version: 1\n# ${pushes}\n` },
  });
  return { ...repository, sha, pushedAt };
}

/** Waits until the first workspace of each repository has a job. */
export function waitForJobs(
  { meltano }: Sandbox,
  repositories: readonly TrackedRepository[],
): Promise<SandboxJob[]> {
  return waitForAll(repositories, ({ workspaces: [workspace] }) =>
    workspace ? meltano.jobsOf(workspace)[0] : undefined,
  );
}

/** Waits for the check run of each push. Returns the milliseconds since the push. */
export function waitForCheckRuns(
  watch: CheckRunWatch,
  pushed: readonly PushedRepository[],
): Promise<number[]> {
  return waitForAll(pushed, ({ sha, checkNames, pushedAt }) => {
    const at = watch.at(sha, checkNames[0] ?? '', 'any');
    return at === undefined ? undefined : at - pushedAt;
  });
}
