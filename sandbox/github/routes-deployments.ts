import type { Route, ServiceAnswer } from '../http/http-service.ts';
import { paginate, readBody } from './api-body.ts';
import { ApiError, invalidRequest, notFound, validationFailed } from './api-error.ts';
import { param, type RepositoryCall, repositoryRoutes } from './api-route.ts';
import { resolveCommit } from './commit-lookup.ts';
import { deploymentJson, deploymentStatusJson } from './deployment-json.ts';
import {
  DEPLOYMENT_STATES,
  deploymentsOf,
  type SandboxDeployment,
  type SandboxDeploymentStatus,
} from './deployments.ts';
import { appAccount, type SandboxContext } from './sandbox-context.ts';

const STATUSES = '/deployments/{deployment_id}/statuses';
const LONGEST_DESCRIPTION = 140;

/** GitHub Deployments and their statuses. */
export function deploymentRoutes(context: SandboxContext): Route[] {
  const route = (method: 'GET' | 'POST', path: string, handle: (call: RepositoryCall) => ServiceAnswer) =>
    repositoryRoutes(context, { method, path, permission: 'deployments' }, handle);
  return [
    ...route('POST', '/deployments', (call) => {
      const deployment = createDeployment(context, call);
      return { status: 201, body: deploymentJson(context, call.repository, deployment) };
    }),
    ...route('GET', '/deployments', ({ repository, request }) => {
      const [sha, environment] = [request.query.get('sha'), request.query.get('environment')];
      const shown = deploymentsOf(context.state.deployments, repository).filter(
        (one) =>
          (sha === null || one.sha === sha) && (environment === null || one.environment === environment),
      );
      const { items, headers } = paginate(request, shown, context.origin());
      return { status: 200, headers, body: items.map((one) => deploymentJson(context, repository, one)) };
    }),
    ...route('POST', STATUSES, (call) => {
      const deployment = requireDeployment(context, call);
      const status = readStatus(context, call);
      deployment.statuses.push(status);
      context.signal.notify();
      const body = deploymentStatusJson(context, call.repository, { deployment, status });
      return { status: 201, body };
    }),
    ...route('GET', STATUSES, (call) => {
      const deployment = requireDeployment(context, call);
      const newestFirst = deployment.statuses.toReversed();
      const { items, headers } = paginate(call.request, newestFirst, context.origin());
      const { repository } = call;
      const body = items.map((status) => deploymentStatusJson(context, repository, { deployment, status }));
      return { status: 200, headers, body };
    }),
  ];
}

function createDeployment(
  context: SandboxContext,
  { repository, request }: RepositoryCall,
): SandboxDeployment {
  const body = readBody(request);
  const ref = body['ref'];
  if (typeof ref !== 'string') throw invalidRequest(['"ref" wasn\'t supplied.']);
  const commit = resolveCommit(context, repository, ref);
  if (!commit)
    throw new ApiError(422, `No ref found for: ${ref}`, { blameless: repository.commits.has(ref) });
  // By default GitHub merges the default branch into the ref, which fails without contents: write.
  if (body['auto_merge'] !== false) {
    throw new ApiError(409, `Conflict merging ${repository.defaultBranch} into ${ref}.`);
  }
  // By default GitHub requires all checks of the commit to pass, but those of the deployment haven't yet.
  const contexts = body['required_contexts'];
  if (!Array.isArray(contexts) || contexts.length > 0) {
    throw new ApiError(409, `Conflict: Commit status checks failed for ${ref}.`);
  }
  const deployment: SandboxDeployment = {
    id: context.state.nextId('deployment'),
    repositoryId: repository.id,
    sha: commit.sha,
    ref,
    task: readText(body, 'task') ?? 'deploy',
    environment: readText(body, 'environment') ?? 'production',
    description: readDescription(body, 'Deployment'),
    payload: body['payload'] ?? {},
    creator: appAccount(context),
    createdAt: Date.now(),
    statuses: [],
  };
  context.state.deployments.set(deployment.id, deployment);
  context.signal.notify();
  return deployment;
}

function requireDeployment(
  context: SandboxContext,
  { repository, request }: RepositoryCall,
): SandboxDeployment {
  const deployment = context.state.deployments.get(Number(param(request, 'deployment_id')));
  if (!deployment || deployment.repositoryId !== repository.id) throw notFound();
  return deployment;
}

function readStatus(context: SandboxContext, { request }: RepositoryCall): SandboxDeploymentStatus {
  const body = readBody(request);
  const state = DEPLOYMENT_STATES.find((one) => one === body['state']);
  if (!state) throw invalidRequest([`${String(body['state'])} is not a member of ${DEPLOYMENT_STATES}.`]);
  return {
    id: context.state.nextId('deploymentStatus'),
    state,
    description: readDescription(body, 'DeploymentStatus') ?? '',
    logUrl: readText(body, 'log_url') ?? '',
    environmentUrl: readText(body, 'environment_url') ?? '',
    createdAt: Date.now(),
  };
}

function readDescription(body: Record<string, unknown>, resource: string): string | null {
  const text = readText(body, 'description');
  if (text !== null && text.length > LONGEST_DESCRIPTION) {
    throw validationFailed(resource, 'description', 'description is too long (maximum is 140 characters)');
  }
  return text;
}

function readText(body: Record<string, unknown>, key: string): string | null {
  const value = body[key];
  if (value === undefined || value === null) return null;
  if (typeof value !== 'string') throw invalidRequest([`${key} is not a string.`]);
  return value;
}
