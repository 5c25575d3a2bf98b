import { createHmac, timingSafeEqual } from 'node:crypto';
import { z } from 'zod';
import type { Route, ServiceAnswer, ServiceRequest } from '../http/http-service.ts';
import { answerHal, answerPage, Refusal } from './hal.ts';
import { createPipelineRoutes } from './pipeline-routes.ts';
import {
  findWorkspace,
  findWorkspaceOfAnyone,
  listShownJobs,
  type RouteState,
  readId,
  requireToken,
  SORTABLE_JOBS,
} from './route-state.ts';
import { readLogLines, representJob, type SandboxJob } from './sandbox-job.ts';
import { representWorkspace, type SandboxWorkspace } from './sandbox-workspace.ts';

/** The routes below `/api`. They throw a `Refusal` unless the answer is 2xx. */
export function createRoutes(state: RouteState): Route[] {
  const withToken = (handle: Route['handle']) => (request: ServiceRequest) => {
    requireToken(state, request);
    return handle(request);
  };
  const routes: [string, string, Route['handle']][] = [
    ['GET', '/workspaces', withToken((request) => listWorkspaces(state, request))],
    ['GET', '/workspaces/{id}', withToken((request) => getWorkspace(state, request))],
    ['GET', '/workspaces/{id}/jobs', withToken((request) => listJobs(state, request))],
    ['POST', '/workspaces/{id}/deployments', withToken((request) => deploy(state, request))],
    ['POST', '/workspaces/{id}/deployments/github-webhook', (request) => deployByWebhook(state, request)],
    ['GET', '/jobs/{id}', withToken((request) => answerHal(200, representJob(findJob(state, request))))],
    ['DELETE', '/jobs/{id}', withToken((request) => deleteJob(state, request))],
    ['GET', '/jobs/{id}/logs', withToken((request) => getLog(state, request))],
    ['PUT', '/jobs/{id}/stopped', withToken((request) => stopJob(state, request))],
    ...createPipelineRoutes(state).map(([method, path, handle]): [string, string, Route['handle']] => [
      method,
      path,
      withToken(handle),
    ]),
  ];
  return routes.map(([method, template, handle]) => ({
    method,
    pattern: new RegExp(`^/api${template.replace('{id}', '(?<id>[^/]+)')}$`),
    handle,
  }));
}

function listWorkspaces(state: RouteState, request: ServiceRequest): ServiceAnswer {
  return answerPage(request, {
    rel: 'workspaces',
    items: [...state.workspaces.values()].filter(({ access }) => access !== 'none'),
    sortable: { name: (item) => item.name, created: (item) => item.created },
    represent: representWorkspace,
    lie: state.pagingLie,
  });
}

function getWorkspace(state: RouteState, request: ServiceRequest): ServiceAnswer {
  return answerHal(200, representWorkspace(findWorkspace(state, request)));
}

function listJobs(state: RouteState, request: ServiceRequest): ServiceAnswer {
  const { id } = findWorkspace(state, request);
  return answerPage(request, {
    rel: 'jobs',
    items: listShownJobs(state, (job) => job.workspaceId === id),
    sortable: SORTABLE_JOBS,
    represent: representJob,
  });
}

function deploy(state: RouteState, request: ServiceRequest): ServiceAnswer {
  const workspace = findWorkspace(state, request);
  if (workspace.access !== 'deploy') throw new Refusal(403, 'Access is denied');
  return startJob(state, workspace, 'token');
}

function deployByWebhook(state: RouteState, request: ServiceRequest): ServiceAnswer {
  if (request.headers.authorization !== undefined) requireToken(state, request);
  const workspace = findWorkspaceOfAnyone(state, request);
  if (!/^application\/json\b/.test(request.headers['content-type'] ?? '')) {
    throw new Refusal(415, 'Content type must be application/json');
  }
  // Other events, such as the ping of a new webhook, deploy nothing.
  if (request.headers['x-github-event'] !== 'push') throw new Refusal(400, 'X-GitHub-Event must be push');
  const signature = request.headers['x-hub-signature'];
  if (typeof signature !== 'string') throw new Refusal(401, 'X-Hub-Signature is missing');
  if (!isSignedBy(workspace.deploymentSecret, request.body, signature)) {
    throw new Refusal(403, 'X-Hub-Signature does not match');
  }
  requirePush(request.body);
  return startJob(state, workspace, 'github-webhook');
}

function isSignedBy(secret: string, body: Buffer, signature: string): boolean {
  if (secret === '') return false;
  const expected = Buffer.from(`sha1=${createHmac('sha1', secret).update(body).digest('hex')}`);
  const given = Buffer.from(signature);
  return given.length === expected.length && timingSafeEqual(given, expected);
}

/** The fields of a push event that identify the commit and the repository. */
const pushSchema = z.object({
  ref: z.string().startsWith('refs/'),
  before: z.string().regex(/^[0-9a-f]{40}$/),
  after: z.string().regex(/^[0-9a-f]{40}$/),
  repository: z.object({ full_name: z.string() }),
});

function requirePush(body: Buffer): void {
  let value: unknown;
  try {
    value = JSON.parse(body.toString());
  } catch {
    throw new Refusal(400, 'The body is not JSON');
  }
  if (!pushSchema.safeParse(value).success) throw new Refusal(400, 'The body is not a push event');
}

function startJob(
  state: RouteState,
  workspace: SandboxWorkspace,
  madeBy: SandboxJob['madeBy'],
): ServiceAnswer {
  if (workspace.status === 'PROVISIONING') throw new Refusal(409, 'The workspace is being provisioned');
  const busy = state.jobs.some(
    (job) => job.type === 'WORKSPACE_DEPLOY' && job.workspaceId === workspace.id && !job.ended,
  );
  if (state.refuseConcurrent && busy) throw new Refusal(409, 'A deployment of this workspace is in progress');
  return answerHal(202, representJob(state.createJob(workspace, madeBy)));
}

function getLog(state: RouteState, request: ServiceRequest): ServiceAnswer {
  const job = findJob(state, request);
  const sequence = request.query.get('sequence') ?? '0';
  if (!/^\d{1,12}$/.test(sequence)) throw new Refusal(400, "Parameter 'sequence' must be a number from 0 on");
  const text = readLogLines(job, Number(sequence), state.pageLimit);
  return text === null ? { status: 204 } : { status: 200, body: text };
}

function stopJob(state: RouteState, request: ServiceRequest): ServiceAnswer {
  const job = findJob(state, request);
  if (job.status === 'QUEUED' || job.ended) throw new Refusal(409, `Job is ${job.status}, not RUNNING`);
  job.stopSoon();
  return answerHal(202, { message: `Job ${job.id} will be stopped` });
}

function deleteJob(state: RouteState, request: ServiceRequest): ServiceAnswer {
  findJob(state, request).delete();
  return { status: 204 };
}

function findJob(state: RouteState, request: ServiceRequest): SandboxJob {
  const id = readId(request);
  const job = state.jobs.find((one) => one.id === id && !one.deleted);
  if (!job) throw new Refusal(404, `Job ${id} not found`);
  if (state.workspaces.get(job.workspaceId)?.access === 'none') throw new Refusal(403, 'Access is denied');
  return job;
}
