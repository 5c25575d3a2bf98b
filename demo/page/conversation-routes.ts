import type { SandboxIssue, SandboxRepository } from '../../sandbox/github/model.ts';
import type { Route, ServiceAnswer, ServiceRequest } from '../../sandbox/http/http-service.ts';
import type { Sandbox } from '../../sandbox/sandbox.ts';
import { renderConversation } from './conversation-page.ts';
import { writeModel } from './example-project.ts';
import { findWorkspaces } from './find-workspaces.ts';
import { readForm, redirectBack } from './form-posts.ts';
import {
  COMMIT,
  get,
  inRepository,
  noSuchPage,
  noSuchPerson,
  page,
  post,
  REPOSITORY,
  refuse,
  withCommit,
} from './page-routes.ts';
import { readPerson } from './people.ts';
import { trimDirectory } from './push-kinds.ts';
import { pathOf } from './render-parts.ts';

const ISSUE = `${REPOSITORY}/issues/(?<number>\\d+)`;

/** The pages and forms of issues, pull requests and comments. */
export function conversationRoutes(sandbox: Sandbox): Route[] {
  const { github } = sandbox;
  const { conversations } = github;
  return [
    get(
      `${REPOSITORY}/(?:issues|pull)/(?<number>\\d+)`,
      withIssue(sandbox, (request, repository, issue) =>
        page(request, issue.title, renderConversation(github, repository, issue)),
      ),
    ),
    post(
      `${REPOSITORY}/issues`,
      inRepository(github, (_, repository) => {
        const { fullName } = repository;
        const { number } = conversations.openIssue({ repository: fullName, title: 'Is the data fresh?' });
        return seeOther(pathOf(repository, 'issues', String(number)));
      }),
    ),
    post(
      `${REPOSITORY}/pulls`,
      inRepository(github, (_, repository) =>
        seeOther(pathOf(repository, 'pull', String(openPull(sandbox, repository)))),
      ),
    ),
    post(
      `${ISSUE}/comments`,
      withIssue(sandbox, (request, repository, issue) =>
        comment(sandbox, request, repository, (author, body) => {
          conversations.comment({ repository: repository.fullName, number: issue.number, body, author });
          return 'issue_comment.created';
        }),
      ),
    ),
    post(
      `${ISSUE}/(?<change>merge|close|lock|unlock)`,
      withIssue(sandbox, (request, repository, issue) => changeIssue(sandbox, request, repository, issue)),
    ),
    post(
      `${COMMIT}/comments`,
      withCommit(github, (request, repository, { sha }) =>
        comment(sandbox, request, repository, (author, body) => {
          conversations.commentOnCommit({ repository: repository.fullName, sha, body, author });
          return 'commit_comment.created';
        }),
      ),
    ),
    post(
      `${COMMIT}/rerequest`,
      withCommit(github, (request, repository, { sha }) => {
        const runs = sandbox.github.checks.runs(repository.fullName, sha);
        if (runs.length === 0) return refuse(409, 'This commit has no checks to re-run.');
        const person = readPerson(sandbox.github, repository, readForm(request));
        if (person === null) return noSuchPerson();
        sandbox.github.checks.rerequestSuite(repository.fullName, sha, person);
        return redirectBack(request, { sent: 'check_suite.rerequested' });
      }),
    ),
  ];
}

function withIssue(
  sandbox: Sandbox,
  handle: (request: ServiceRequest, repository: SandboxRepository, issue: SandboxIssue) => ServiceAnswer,
): Route['handle'] {
  return inRepository(sandbox.github, (request, repository) => {
    const number = Number(request.params['number']);
    const issue = sandbox.github.conversations.list(repository.fullName).find((one) => one.number === number);
    return issue === undefined ? noSuchPage() : handle(request, repository, issue);
  });
}

/** `write` returns the event that it sent. It throws if GitHub wouldn't let this person comment. */
function comment(
  { github }: Sandbox,
  request: ServiceRequest,
  repository: SandboxRepository,
  write: (author: string, body: string) => string,
): ServiceAnswer {
  const form = readForm(request);
  const author = readPerson(github, repository, form);
  if (author === null) return noSuchPerson();
  const body = (form.get('body') ?? '').replaceAll('\r\n', '\n');
  if (body.trim() === '') return refuse(400, 'A comment needs a text.');
  try {
    return redirectBack(request, { sent: write(author, body) });
  } catch (error) {
    return refuse(409, error instanceof Error ? error.message : String(error));
  }
}

function changeIssue(
  { github }: Sandbox,
  request: ServiceRequest,
  { fullName }: SandboxRepository,
  { number, closedAt }: SandboxIssue,
): ServiceAnswer {
  const { conversations } = github;
  const { change } = request.params;
  if (change === 'lock') conversations.lock(fullName, number);
  else if (change === 'unlock') conversations.unlock(fullName, number);
  else if (closedAt !== null) return refuse(409, 'It is already closed.');
  else if (change === 'close') conversations.close(fullName, number);
  else return merge(github, request, { fullName, number });
  return redirectBack(request, {});
}

function merge(
  { conversations }: Sandbox['github'],
  request: ServiceRequest,
  { fullName, number }: { fullName: string; number: number },
): ServiceAnswer {
  try {
    conversations.merge(fullName, number);
  } catch (error) {
    return refuse(409, error instanceof Error ? error.message : String(error));
  }
  return redirectBack(request, { sent: 'pull_request.closed' });
}

/** Creates a branch that changes a model of the first workspace, and opens a pull request for it. */
function openPull(sandbox: Sandbox, repository: SandboxRepository): number {
  const { github } = sandbox;
  const [workspace] = findWorkspaces(sandbox, repository);
  const base = workspace?.repositoryBranch || repository.defaultBranch;
  const directory = trimDirectory(workspace?.repositoryDirectory);
  const revision = repository.issues.size + 1;
  const head = `change-${revision}`;
  const model = `transform/models/change_${revision}.sql`;
  github.branches.push({
    repository: repository.fullName,
    branch: head,
    from: base,
    files: { [directory === '' ? model : `${directory}/${model}`]: writeModel(revision) },
    message: 'Add a model',
  });
  const { request } = github.conversations.openPull({
    repository: repository.fullName,
    head,
    base,
    title: 'Add a model',
    body: `Adds \`${model}\`.`,
  });
  return request.number;
}

function seeOther(location: string): ServiceAnswer {
  return { status: 303, headers: { location } };
}
