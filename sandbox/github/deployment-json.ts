import type { components } from '@octokit/openapi-types';
import { accountJson, appJson, nodeId } from './account-json.ts';
import type { SandboxDeployment, SandboxDeploymentStatus } from './deployments.ts';
import { isoTime, type SandboxRepository } from './model.ts';
import { repositoryUrl } from './repository-json.ts';
import type { SandboxContext } from './sandbox-context.ts';

type Schemas = components['schemas'];

export function deploymentJson(
  context: SandboxContext,
  repository: SandboxRepository,
  deployment: SandboxDeployment,
): Schemas['deployment'] {
  const { id, sha, ref, task, environment, description, payload, creator, createdAt, statuses } = deployment;
  const url = `${repositoryUrl(context, repository)}/deployments/${id}`;
  return {
    url,
    id,
    node_id: nodeId('Deployment', id),
    sha,
    ref,
    task,
    environment,
    description,
    payload: payload as Schemas['deployment']['payload'],
    original_environment: environment,
    creator: accountJson(context, creator),
    created_at: isoTime(createdAt),
    updated_at: isoTime(statuses.at(-1)?.createdAt ?? createdAt),
    statuses_url: `${url}/statuses`,
    repository_url: repositoryUrl(context, repository),
    transient_environment: false,
    production_environment: environment === 'production',
    performed_via_github_app: appJson(context),
  };
}

export function deploymentStatusJson(
  context: SandboxContext,
  repository: SandboxRepository,
  { deployment, status }: { deployment: SandboxDeployment; status: SandboxDeploymentStatus },
): Schemas['deployment-status'] {
  const { id, state, description, logUrl, environmentUrl, createdAt } = status;
  const url = `${repositoryUrl(context, repository)}/deployments/${deployment.id}`;
  return {
    url: `${url}/statuses/${id}`,
    id,
    node_id: nodeId('DeploymentStatus', id),
    state,
    description,
    log_url: logUrl,
    target_url: logUrl,
    environment_url: environmentUrl,
    environment: deployment.environment,
    creator: accountJson(context, deployment.creator),
    created_at: isoTime(createdAt),
    updated_at: isoTime(createdAt),
    deployment_url: url,
    repository_url: repositoryUrl(context, repository),
    performed_via_github_app: appJson(context),
  };
}
