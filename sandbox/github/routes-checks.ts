import type { Route, ServiceAnswer, ServiceRequest } from '../http/http-service.ts';
import { paginate, readBody, readNumber } from './api-body.ts';
import { notFound } from './api-error.ts';
import { param, type RepositoryCall, repositoryRoutes } from './api-route.ts';
import { annotationsJson, checkRunJson, checkSuiteJson } from './check-json.ts';
import type { SandboxCheckRun, SandboxCheckSuite } from './check-model.ts';
import { decodeCheckRunCreate, decodeCheckRunUpdate, unknownFields } from './check-run-schema.ts';
import { createCheckRun, updateCheckRun, type Warn } from './check-runs.ts';
import { latestByName } from './check-suites.ts';
import { requireCommit } from './commit-lookup.ts';
import type { SandboxRepository } from './model.ts';
import type { SandboxContext } from './sandbox-context.ts';

/** Check runs, lists, annotations and suites. They come before the commit routes, whose refs contain slashes. */
export function checkRoutes(context: SandboxContext): Route[] {
  const route = (
    [method, path]: readonly ['GET' | 'POST' | 'PATCH', string],
    handle: (call: RepositoryCall) => ServiceAnswer,
  ) => repositoryRoutes(context, { method, path, permission: 'checks' }, handle);
  return [
    ...route(['POST', '/check-runs'], ({ repository, request }) => {
      const body = readBody(request);
      const warn = warnings(context, request, unknownFields('create', body));
      const run = createCheckRun(context, repository, decodeCheckRunCreate(body), warn);
      return { status: 201, body: checkRunJson(context, repository, run) };
    }),
    ...route(['PATCH', '/check-runs/{check_run_id}'], ({ repository, request }) => {
      const run = requireRun(context, repository, request);
      const body = readBody(request);
      const warn = warnings(context, request, unknownFields('update', body));
      const updated = updateCheckRun(context, repository, { run, update: decodeCheckRunUpdate(body) }, warn);
      return { status: 200, body: checkRunJson(context, repository, updated) };
    }),
    ...route(['GET', '/check-runs/{check_run_id}'], (call) => ({
      status: 200,
      body: checkRunJson(context, call.repository, requireRun(context, call.repository, call.request)),
    })),
    ...route(['GET', '/check-runs/{check_run_id}/annotations'], (call) => {
      const all = annotationsJson(
        context,
        call.repository,
        requireRun(context, call.repository, call.request),
      );
      const { items, headers } = paginate(call.request, all, context.origin());
      return { status: 200, headers, body: items };
    }),
    ...route(['GET', '/commits/{ref+}/check-runs'], (call) => listRuns(context, call)),
    ...route(['GET', '/commits/{ref+}/check-suites'], (call) => listSuites(context, call)),
  ];
}

/** Newest first. Without `filter=all`, only the newest run of each name. */
function listRuns(context: SandboxContext, { repository, request }: RepositoryCall): ServiceAnswer {
  const { query } = request;
  const { sha } = requireCommit(context, repository, param(request, 'ref'));
  const seen = context.state.runsOf(repository.id, sha).filter((run) => !context.state.misses(run.id));
  const all = seen.toSorted((a, b) => b.id - a.id);
  const filtered = query.get('filter') === 'all' ? all : latestByName(all);
  const name = query.get('check_name');
  const status = query.get('status');
  const appId = readNumber(request, 'app_id');
  const listed = filtered.filter(
    (run) =>
      (name === null || run.name === name) &&
      (status === null || run.status === status) &&
      (appId === null || appId === appIdOf(context, context.state.suites.get(run.suiteId))),
  );
  const { items, headers } = paginate(request, listed, context.origin());
  const runs = items.map((run) => checkRunJson(context, repository, run));
  return { status: 200, headers, body: { total_count: listed.length, check_runs: runs } };
}

function listSuites(context: SandboxContext, { repository, request }: RepositoryCall): ServiceAnswer {
  const { sha } = requireCommit(context, repository, param(request, 'ref'));
  const appId = readNumber(request, 'app_id');
  const listed = context.state
    .suitesOf(repository.id, sha)
    .filter((suite) => appId === null || appId === appIdOf(context, suite));
  const { items, headers } = paginate(request, listed, context.origin());
  const suites = items.map((one) => checkSuiteJson(context, repository, one));
  return { status: 200, headers, body: { total_count: listed.length, check_suites: suites } };
}

function appIdOf(context: SandboxContext, suite: SandboxCheckSuite | undefined): number {
  return suite?.app?.id ?? context.app.id;
}

function requireRun(
  context: SandboxContext,
  repository: SandboxRepository,
  request: ServiceRequest,
): SandboxCheckRun {
  const run = context.state.runs.get(Number(param(request, 'check_run_id')));
  if (run?.repositoryId !== repository.id) throw notFound();
  return run;
}

/** Warns about fields that GitHub ignores, and returns a function for further warnings. */
function warnings(context: SandboxContext, request: ServiceRequest, unknown: readonly string[]): Warn {
  const { method, path } = request;
  const warn: Warn = (message) => void context.warnings.push({ at: Date.now(), method, path, message });
  for (const field of unknown) warn(`unknown field ${field} is ignored`);
  return warn;
}
