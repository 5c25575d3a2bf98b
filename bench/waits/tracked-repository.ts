import type { SandboxWorkspace } from '../../sandbox/meltano/sandbox-workspace.ts';
import type { Sandbox } from '../../sandbox/sandbox.ts';

export interface TrackedRepository {
  readonly fullName: string;
  readonly workspaces: readonly SandboxWorkspace[];
  /** The names of their check runs. */
  readonly checkNames: readonly string[];
}

/** A private repository in an installation that is there already, and the workspaces that track it. */
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

/** Pushes a change; the commit, and when it was pushed (milliseconds of `performance.now()`). */
export function pushChange({ github }: Sandbox, repository: string): { sha: string; pushedAt: number } {
  pushes += 1;
  const pushedAt = performance.now();
  github.branches.push({ repository, files: { 'meltano.yml': `version: 1\n# ${pushes}\n` } });
  return { sha: github.branches.head(repository), pushedAt };
}
