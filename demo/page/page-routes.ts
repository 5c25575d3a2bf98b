import type { SandboxCheckRun } from '../../sandbox/github/check-model.ts';
import type { GitHubSandbox } from '../../sandbox/github/github-sandbox.ts';
import type { SandboxCommit, SandboxRepository } from '../../sandbox/github/model.ts';
import type { Route, ServiceAnswer, ServiceRequest } from '../../sandbox/http/http-service.ts';
import { isSameOrigin, readNotice } from './form-posts.ts';
import { type Html, html } from './html.ts';
import { answerPage } from './render-document.ts';

/** The path of a repository's pages, as a pattern. */
export const REPOSITORY = '/(?<owner>[^/]+)/(?<repo>[^/]+?)';
/** The path of a commit's page. */
export const COMMIT = `${REPOSITORY}/commit/(?<sha>[0-9a-f]{7,40})`;
/** The path of a check run's page. */
export const RUN = `${REPOSITORY}/runs/(?<id>\\d+)`;

type Handle = Route['handle'];

export function get(path: string, handle: Handle): Route {
  return { method: 'GET', pattern: new RegExp(`^${path}$`), handle };
}

export function post(path: string, handle: Handle): Route {
  return {
    method: 'POST',
    pattern: new RegExp(`^${path}$`),
    handle: (request) =>
      isSameOrigin(request) ? handle(request) : refuse(403, 'Forms are accepted only from this site.'),
  };
}

export function inRepository(
  github: GitHubSandbox,
  handle: (request: ServiceRequest, repository: SandboxRepository) => ServiceAnswer,
): Handle {
  return (request) => {
    const { owner, repo } = request.params;
    const name = `${owner}/${repo}`.toLowerCase();
    const repository = github.repositories.list().find(({ fullName }) => fullName.toLowerCase() === name);
    return repository === undefined ? noSuchPage() : handle(request, repository);
  };
}

export function withCommit(
  github: GitHubSandbox,
  handle: (request: ServiceRequest, repository: SandboxRepository, commit: SandboxCommit) => ServiceAnswer,
): Handle {
  return inRepository(github, (request, repository) => {
    const { sha = '' } = request.params;
    const commit = repository.commits.values().find((one) => one.sha.startsWith(sha));
    return commit === undefined ? noSuchPage() : handle(request, repository, commit);
  });
}

export function withRun(
  github: GitHubSandbox,
  handle: (request: ServiceRequest, repository: SandboxRepository, run: SandboxCheckRun) => ServiceAnswer,
): Handle {
  return inRepository(github, (request, repository) => {
    const id = Number(request.params['id']);
    const run = github.checks.runs(repository.fullName).find((one) => one.id === id);
    return run === undefined ? noSuchPage() : handle(request, repository, run);
  });
}

/** `below` isn't refreshed with the live part, so that no half-written comment is lost. */
export function page(
  request: ServiceRequest,
  title: string,
  { live, below = null }: { live: Html; below?: Html | null },
): ServiceAnswer {
  return answerPage({ title, site: 'GitHub', home: '/', notice: readNotice(request.query), live, below });
}

export function noSuchPage(): ServiceAnswer {
  return refuse(404, 'This page does not exist.');
}

export function noSuchPerson(): ServiceAnswer {
  return refuse(400, 'This person does not exist here.');
}

export function refuse(status: number, text: string): ServiceAnswer {
  return answerPage({ title: text, site: 'GitHub', home: '/', live: html`<h1>${text}</h1>`, status });
}
