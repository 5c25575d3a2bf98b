import type { SandboxRepository } from '../../sandbox/github/model.ts';
import type { ServiceAnswer, ServiceRequest } from '../../sandbox/http/http-service.ts';
import type { Sandbox } from '../../sandbox/sandbox.ts';
import { checkRunRoutes } from './check-run-routes.ts';
import { renderCommit } from './commit-page.ts';
import { conversationRoutes } from './conversation-routes.ts';
import { findWorkspaces } from './find-workspaces.ts';
import { readForm, redirectBack } from './form-posts.ts';
import { createPushMaker, type PushMaker } from './make-pushes.ts';
import { renderOverview, renderRepository } from './overview-page.ts';
import {
  COMMIT,
  get,
  inRepository,
  noSuchPage,
  page,
  post,
  REPOSITORY,
  refuse,
  withCommit,
} from './page-routes.ts';
import { PUSH_KINDS, type PushKindName } from './push-kinds.ts';
import { answerPage } from './render-document.ts';
import { renderWorkspace } from './workspace-page.ts';

/**
 * Adds pages for people to both simulated services: repositories, commits and check runs at GitHub, workspaces and their
 * jobs at Meltano Cloud. Set `meltano.script` before: the pages' pushes bring scripts of their own, and leave that one
 * to all others.
 */
export function addPage(sandbox: Sandbox): void {
  const { github, meltano } = sandbox;
  const pushes = createPushMaker(sandbox);
  github.service.add(
    get('/', (request) => page(request, 'Repositories', { live: renderOverview(sandbox, null) })),
    get('/(?<owner>[\\w-]+)', (request) => {
      const { owner = '' } = request.params;
      return page(request, owner, { live: renderOverview(sandbox, owner) });
    }),
    get(
      `${REPOSITORY}(?:\\.git)?`,
      inRepository(github, (request, repository) => {
        return page(request, repository.fullName, renderRepository(sandbox, repository));
      }),
    ),
    get(
      COMMIT,
      withCommit(github, (request, repository, commit) => {
        return page(request, commit.message, renderCommit(github, repository, commit));
      }),
    ),
    post(
      `${REPOSITORY}/push`,
      inRepository(github, (request, repository) => {
        return answerPush(request, pushes, { sandbox, repository });
      }),
    ),
    ...checkRunRoutes(github),
    ...conversationRoutes(sandbox),
  );
  meltano.service.add(
    get('/workspaces/(?<id>[0-9a-f-]{36})', ({ params }) => {
      const workspace = meltano.workspaces.get(params['id'] ?? '');
      if (workspace === undefined) return noSuchPage();
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

function answerPush(
  request: ServiceRequest,
  pushes: PushMaker,
  { sandbox, repository }: { sandbox: Sandbox; repository: SandboxRepository },
): ServiceAnswer {
  const form = readForm(request);
  const [kind, id] = [form.get('kind'), form.get('workspace')];
  const workspace = findWorkspaces(sandbox, repository).find((one) => one.id === id) ?? null;
  if (id !== null && workspace === null)
    return refuse(409, 'This workspace no longer tracks this repository.');
  const target = { repository, workspace };
  if (kind === 'three') return redirectBack(request, { pushed: pushes.pushThree(target).after });
  if (!isPushKind(kind)) return refuse(400, 'This kind of push does not exist.');
  return redirectBack(request, { pushed: pushes.push(target, kind).after });
}

function isPushKind(kind: string | null): kind is PushKindName {
  return kind !== null && Object.hasOwn(PUSH_KINDS, kind);
}
