import type { MeltanoApi, MeltanoFailure, MeltanoResult } from '../domain/meltano.ts';
import type { Workspace } from '../domain/workspace.ts';

const NO_CREDENTIALS: MeltanoFailure = {
  kind: 'status',
  status: 401,
  retryAfterMs: null,
  message: 'There are no Meltano Cloud credentials for this account',
};

/**
 * Meltano Cloud for an account without credentials: its workspaces are those that the operator mapped, deployments are
 * started by push, and nothing can be seen of their jobs.
 */
export function createBlindMeltano(
  starter: Pick<MeltanoApi, 'startByPush'>,
  workspaceIds: readonly string[],
): MeltanoApi {
  const refuse = async (): Promise<MeltanoResult<never>> => ({ ok: false, failure: NO_CREDENTIALS });
  const workspaces = [...new Set(workspaceIds)].map(describeWorkspace);
  return {
    listWorkspaces: async () => ({ ok: true, value: [...workspaces] }),
    getWorkspace: async (id) => {
      const found = workspaces.find((one) => one.id === id);
      return found ? { ok: true, value: found } : refuse();
    },
    startByPush: (start) => starter.startByPush(start),
    listJobs: async () => ({ ok: true, value: [] }),
    readDeploymentSecret: async () => ({ ok: true, value: null }),
    startDeployment: refuse,
    getJob: refuse,
    stopJob: refuse,
    readLog: refuse,
  };
}

/** Its name can't be read: the beginning of its id stands in for it. Branch and directory come from the mapping. */
function describeWorkspace(id: string): Workspace {
  return {
    id,
    name: id.slice(0, 8),
    alias: null,
    repositoryUrl: null,
    branch: null,
    directory: null,
    environment: null,
  };
}
