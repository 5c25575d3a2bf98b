import type { GitHubDeploymentApi } from '../reporting/github-deployment.ts';
import { locate } from './github-call.ts';
import { createQueuedCall, type QueuedCallOptions } from './queued-call.ts';

/** GitHub's Deployments API. Sends each request once, when the installation's queue allows it. */
export function createGitHubDeploymentApi(options: QueuedCallOptions): GitHubDeploymentApi {
  const send = createQueuedCall(options);

  return {
    create: (repository, { deploymentId, sha, environment }, order) =>
      send(order === 'last' ? 'last write' : 'write', repository, async (octokit) => {
        const { data } = await octokit.rest.repos.createDeployment({
          ...locate(repository),
          ref: sha,
          environment,
          payload: { deployment: deploymentId },
          description: 'Meltano Cloud workspace',
          // Otherwise GitHub merges the default branch, or answers 409 while checks (such as ours) run.
          auto_merge: false,
          required_contexts: [],
        });
        if (!('id' in data)) throw new Error('GitHub merged a branch instead of creating a deployment.');
        return data.id;
      }),

    find: (repository, { deploymentId, sha, environment }) =>
      send('read', repository, async (octokit) => {
        const deployments = await octokit.paginate(octokit.rest.repos.listDeployments, {
          ...locate(repository),
          sha,
          environment,
          per_page: 100,
        });
        return deployments
          .filter(({ payload }) => readPayload(payload) === deploymentId)
          .map(({ id }) => id)
          .sort((a, b) => a - b);
      }),

    addStatus: (repository, githubId, { state, description, logUrl, environmentUrl }, order) =>
      send(order === 'last' ? 'last write' : 'write', repository, async (octokit) => {
        await octokit.rest.repos.createDeploymentStatus({
          ...locate(repository),
          deployment_id: githubId,
          state,
          description,
          ...(logUrl === undefined ? {} : { log_url: logUrl }),
          ...(environmentUrl === undefined ? {} : { environment_url: environmentUrl }),
          // Otherwise GitHub ends deployments of other workspaces in an environment of the same name.
          auto_inactive: false,
        });
        return null;
      }),

    readStatus: (repository, githubId) =>
      send('read', repository, async (octokit) => {
        const { data } = await octokit.rest.repos.listDeploymentStatuses({
          ...locate(repository),
          deployment_id: githubId,
          per_page: 1,
        });
        return data[0]?.state ?? null;
      }),
  };
}

/** GitHub returns the payload as an object or as JSON text. */
function readPayload(payload: unknown): unknown {
  if (typeof payload !== 'string') return (payload as { deployment?: unknown } | null)?.deployment;
  try {
    return (JSON.parse(payload) as { deployment?: unknown } | null)?.deployment;
  } catch {
    return undefined;
  }
}
