import type { SandboxCheckRun, SandboxRepository } from '../github/model.ts';
import type { Route, ServiceAnswer, ServiceRequest } from '../http/http-service.ts';
import type { Sandbox } from '../sandbox.ts';
import { renderCheckRun } from './check-run-page.ts';
import { renderCommit } from './commit-page.ts';
import { findWorkspaces } from './find-workspaces.ts';
import { isSameOrigin, readForm, readNotice, redirectBack } from './form-posts.ts';
import { type Html, html } from './html.ts';
import { createPushMaker, type PushMaker } from './make-pushes.ts';
import { renderOverview, renderRepository } from './overview-page.ts';
import { PUSH_KINDS, type PushKindName } from './push-kinds.ts';
import { answerPage } from './render-document.ts';
import { renderWorkspace } from './workspace-page.ts';

const REPOSITORY = '/(?<owner>[^/]+)/(?<repo>[^/]+?)';

/**
 * Adds pages for people to both simulated services: repositories, commits and check runs at GitHub, workspaces and their
 * jobs at Meltano Cloud. Set `meltano.script` before: the pages' pushes bring scripts of their own, and leave that one
 * to all others.
 */
export function addPage(sandbox: Sandbox): void {
  const { github, meltano } = sandbox;
  const pushes = createPushMaker(sandbox);
  github.service.add(
    get('/', (request) => page(request, 'Repositories', renderOverview(sandbox, null))),
    get('/(?<owner>[\\w-]+)', (request) => {
      const { owner = '' } = request.params;
      return page(request, owner, renderOverview(sandbox, owner));
    }),
    get(
      `${REPOSITORY}(?:\\.git)?`,
      inRepository(sandbox, (request, repository) => {
        return page(request, repository.fullName, renderRepository(sandbox, repository));
      }),
    ),
    get(
      `${REPOSITORY}/commit/(?<sha>[0-9a-f]{7,40})`,
      inRepository(sandbox, (request, repository) => {
        const { sha = '' } = request.params;
        const commit = repository.commits.values().find((one) => one.sha.startsWith(sha));
        if (commit === undefined) return notFound();
        return page(request, commit.message, renderCommit(sandbox, repository, commit));
      }),
    ),
    get(
      `${REPOSITORY}/runs/(?<id>\\d+)`,
      withRun(sandbox, (request, repository, run) => {
        return page(request, run.output.title ?? run.name, renderCheckRun(repository, run));
      }),
    ),
    post(
      `${REPOSITORY}/push`,
      inRepository(sandbox, (request, repository) => {
        return answerPush(request, pushes, { sandbox, repository });
      }),
    ),
    post(
      `${REPOSITORY}/runs/(?<id>\\d+)/rerequest`,
      withRun(sandbox, (request, _, run) => {
        if (run.status !== 'completed') return refuse(409, 'This check run has not completed yet.');
        github.rerequest(run.id);
        return redirectBack(request, { sent: 'check_run.rerequested' });
      }),
    ),
    post(
      `${REPOSITORY}/runs/(?<id>\\d+)/action`,
      withRun(sandbox, (request, _, run) => {
        const identifier = readForm(request).get('identifier');
        const offered = run.actions.some((action) => action.identifier === identifier);
        if (run.status !== 'completed' || identifier === null || !offered) {
          return refuse(409, 'This check run does not offer that.');
        }
        github.pressAction(run.id, identifier);
        return redirectBack(request, { sent: 'check_run.requested_action' });
      }),
    ),
  );
  meltano.service.add(
    get('/workspaces/(?<id>[0-9a-f-]{36})', ({ params }) => {
      const workspace = meltano.workspaces.get(params['id'] ?? '');
      if (workspace === undefined) return notFound();
      const live = renderWorkspace(workspace, meltano.jobsOf(workspace));
      return answerPage({
        title: workspace.name,
        site: 'Meltano Cloud',
        home: `/workspaces/${workspace.id}`,
        live,
      });
    }),
  );
}

type Handle = Route['handle'];

function get(path: string, handle: Handle): Route {
  return { method: 'GET', pattern: new RegExp(`^${path}$`), handle };
}

function post(path: string, handle: Handle): Route {
  return {
    method: 'POST',
    pattern: new RegExp(`^${path}$`),
    handle: (request) =>
      isSameOrigin(request) ? handle(request) : refuse(403, 'Only this page itself may send its forms.'),
  };
}

function inRepository(
  { github }: Sandbox,
  handle: (request: ServiceRequest, repository: SandboxRepository) => ServiceAnswer,
): Handle {
  return (request) => {
    const { owner, repo } = request.params;
    const name = `${owner}/${repo}`.toLowerCase();
    const repository = github.repositories.find(({ fullName }) => fullName.toLowerCase() === name);
    return repository === undefined ? notFound() : handle(request, repository);
  };
}

function withRun(
  sandbox: Sandbox,
  handle: (request: ServiceRequest, repository: SandboxRepository, run: SandboxCheckRun) => ServiceAnswer,
): Handle {
  return inRepository(sandbox, (request, repository) => {
    const id = Number(request.params['id']);
    const run = sandbox.github.checkRuns(repository.fullName).find((one) => one.id === id);
    return run === undefined ? notFound() : handle(request, repository, run);
  });
}

function answerPush(
  request: ServiceRequest,
  pushes: PushMaker,
  { sandbox, repository }: { sandbox: Sandbox; repository: SandboxRepository },
): ServiceAnswer {
  const form = readForm(request);
  const [kind, id] = [form.get('kind'), form.get('workspace')];
  const workspace = findWorkspaces(sandbox, repository).find((one) => one.id === id) ?? null;
  if (id !== null && workspace === null)
    return refuse(409, 'No such workspace tracks this repository any more.');
  const target = { repository, workspace };
  if (kind === 'three') return redirectBack(request, { pushed: pushes.pushThree(target).after });
  if (!isPushKind(kind)) return refuse(400, 'There is no such kind of push.');
  return redirectBack(request, { pushed: pushes.push(target, kind).after });
}

function isPushKind(kind: string | null): kind is PushKindName {
  return kind !== null && Object.hasOwn(PUSH_KINDS, kind);
}

function page(request: ServiceRequest, title: string, live: Html): ServiceAnswer {
  return answerPage({ title, site: 'GitHub', home: '/', notice: readNotice(request.query), live });
}

function notFound(): ServiceAnswer {
  return refuse(404, 'There is no such page.');
}

function refuse(status: number, text: string): ServiceAnswer {
  return answerPage({ title: text, site: 'GitHub', home: '/', live: html`<h1>${text}</h1>`, status });
}
