import type { Repository } from '../domain/deployment.ts';
import type { GitHubDeploymentApi } from '../domain/github-deployment.ts';
import type { GitHubResult } from '../domain/github-result.ts';
import { callGitHub } from './github-call.ts';
import type { GetOctokit, InstallationOctokit } from './octokit.ts';

export function createGitHubDeploymentApi(getOctokit: GetOctokit, now: () => number): GitHubDeploymentApi {
  function call<T>(
    repository: Repository,
    request: (octokit: InstallationOctokit) => Promise<T>,
  ): Promise<GitHubResult<T>> {
    return callGitHub(async () => request(await getOctokit(repository.installationId)), now);
  }

  return {
    create: (repository, { deploymentId, sha, environment }) =>
      call(repository, async (octokit) => {
        const { data } = await octokit.rest.repos.createDeployment({
          ...locate(repository),
          ...{ ref: sha, environment, payload: { deployment: deploymentId } },
          description: 'Meltano Cloud workspace',
          // Else GitHub merges the default branch into others, or answers 409 while checks run: ours among them.
          ...{ auto_merge: false, required_contexts: [] },
        });
        if (!('id' in data)) throw new Error('GitHub answered a deployment with a merge.');
        return data.id;
      }),

    find: (repository, { deploymentId, sha, environment }) =>
      call(repository, async (octokit) => {
        const deployments = await octokit.paginate(octokit.rest.repos.listDeployments, {
          ...locate(repository),
          ...{ sha, environment, per_page: 100 },
        });
        return deployments.find(({ payload }) => readPayload(payload) === deploymentId)?.id ?? null;
      }),

    addStatus: (repository, githubId, { state, description, logUrl, environmentUrl }) =>
      call(repository, async (octokit) => {
        await octokit.rest.repos.createDeploymentStatus({
          ...locate(repository),
          ...{ deployment_id: githubId, state, description },
          ...{ log_url: logUrl, environment_url: environmentUrl },
          // By this GitHub would end those of other workspaces in an environment of the same name.
          auto_inactive: false,
        });
        return null;
      }),

    readStatus: (repository, githubId) =>
      call(repository, async (octokit) => {
        const { data } = await octokit.rest.repos.listDeploymentStatuses({
          ...locate(repository),
          ...{ deployment_id: githubId, per_page: 1 },
        });
        return data[0]?.state ?? null;
      }),
  };
}

/** GitHub gives the payload back as an object, or as the text that it was. */
function readPayload(payload: unknown): unknown {
  if (typeof payload !== 'string') return (payload as { deployment?: unknown } | null)?.deployment;
  try {
    return (JSON.parse(payload) as { deployment?: unknown } | null)?.deployment;
  } catch {
    return undefined;
  }
}

function locate(repository: Repository): { owner: string; repo: string } {
  return { owner: repository.owner, repo: repository.name };
}
