import type { SandboxRepository } from '../../sandbox/github/model.ts';
import type { SandboxWorkspace } from '../../sandbox/meltano/sandbox-workspace.ts';
import type { Sandbox } from '../../sandbox/sandbox.ts';

/** The workspaces of this repository, named by an HTTPS or an SSH address. */
export function findWorkspaces({ meltano }: Sandbox, repository: SandboxRepository): SandboxWorkspace[] {
  const name = repository.fullName.toLowerCase();
  return [...meltano.workspaces.values()].filter(({ repositoryUrl }) => {
    const [, path] = /^(?:\w+:\/\/[^/]+\/|[^/]+:)(.+?)(?:\.git)?\/?$/.exec(repositoryUrl) ?? [];
    return path?.toLowerCase() === name;
  });
}
