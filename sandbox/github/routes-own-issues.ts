import type { Route, ServiceAnswer } from '../http/http-service.ts';
import { accountJson } from './account-json.ts';
import { paginate, readBody } from './api-body.ts';
import { invalidRequest, notFound, validationFailed } from './api-error.ts';
import { param, type RepositoryCall, repositoryRoutes } from './api-route.ts';
import { issueJson } from './issue-json.ts';
import { requireIssue, requireIssuesEnabled } from './issue-lookup.ts';
import { addIssue, changeIssue, type IssueChange } from './issues.ts';
import type { SandboxAccount, SandboxIssue, SandboxRepository } from './model.ts';
import { hasRole } from './people.ts';
import { appAccount, type SandboxContext } from './sandbox-context.ts';

const LONGEST_TITLE = 256;
const LONGEST_BODY = 65_536;
const MOST_ASSIGNEES = 10;
const REASONS = ['completed', 'not_planned', 'duplicate', 'reopened'] as const;

/** Lists, creates and edits issues, and says who can be assigned to them. */
export function ownIssueRoutes(context: SandboxContext): Route[] {
  const issues = (
    method: 'GET' | 'POST' | 'PATCH',
    path: string,
    handle: (call: RepositoryCall) => ServiceAnswer,
  ) =>
    repositoryRoutes(context, { method, path, permission: 'issues' }, (call) => {
      requireIssuesEnabled(call.repository);
      return handle(call);
    });
  return [
    ...issues('GET', '/issues', (call) => listIssues(context, call)),
    ...issues('POST', '/issues', (call) => createIssue(context, call)),
    ...issues('PATCH', '/issues/{issue_number}', (call) => editIssue(context, call)),
    ...repositoryRoutes(
      context,
      { method: 'GET', path: '/assignees/{assignee}', permission: 'issues' },
      (call) => {
        if (!isAssignable(context, call.repository, param(call.request, 'assignee'))) throw notFound(true);
        return { status: 204 };
      },
    ),
  ];
}

function isAssignable(context: SandboxContext, repository: SandboxRepository, login: string): boolean {
  const account = context.state.accounts.get(login.toLowerCase());
  return account?.type === 'User' && repository.roles.has(account.id) && hasRole(repository, account, 'read');
}

/** Newest first. Pull requests are issues too. */
function listIssues(context: SandboxContext, { repository, request }: RepositoryCall): ServiceAnswer {
  const state = request.query.get('state') ?? 'open';
  if (!['open', 'closed', 'all'].includes(state)) throw invalidRequest([`"${state}" is not a state.`]);
  const creator = request.query.get('creator')?.toLowerCase();
  const shown = [...repository.issues.values()]
    .filter(({ deleted, movedTo }) => !deleted && movedTo === null)
    .filter(({ closedAt }) => state === 'all' || (closedAt === null) === (state === 'open'))
    .filter(({ author }) => creator === undefined || author.login.toLowerCase() === creator)
    .filter(({ id }) => !context.state.misses(id))
    .reverse();
  const { items, headers } = paginate(request, shown, context.origin());
  return { status: 200, headers, body: items.map((issue) => issueJson(context, repository, issue)) };
}

function createIssue(context: SandboxContext, { repository, request }: RepositoryCall): ServiceAnswer {
  const fields = readBody(request);
  refuseUnknown(fields, ['title', 'body', 'assignees', 'labels', 'milestone', 'assignee', 'type']);
  if (fields['title'] === undefined) throw invalidRequest(['"title" wasn\'t supplied.']);
  const labels = readNames(fields['labels'] ?? [], 'labels');
  const assignees = readAssignees(context, repository, fields['assignees'] ?? []);
  const issue = addIssue(context, repository, {
    title: readTitle(fields['title']),
    body: readBodyText(fields['body'] ?? null),
    author: appAccount(context),
    viaApp: true,
    pull: null,
  });
  Object.assign(issue, { labels, assignees });
  return respond(context, repository, issue, 201);
}

function editIssue(context: SandboxContext, call: RepositoryCall): ServiceAnswer {
  const { repository, request } = call;
  const issue = requireIssue(context, call);
  const fields = readBody(request);
  refuseUnknown(fields, [
    'title',
    'body',
    'state',
    'state_reason',
    'assignees',
    'labels',
    'milestone',
    'type',
  ]);
  const change: IssueChange = {
    ...(fields['title'] === undefined ? {} : { title: readTitle(fields['title']) }),
    ...(fields['body'] === undefined ? {} : { body: readBodyText(fields['body']) }),
    ...(fields['labels'] === undefined ? {} : { labels: readNames(fields['labels'], 'labels') }),
    ...(fields['assignees'] === undefined
      ? {}
      : { assignees: readAssignees(context, repository, fields['assignees']) }),
    ...readState(fields),
  };
  changeIssue(context, issue, change, appAccount(context));
  return respond(context, repository, issue, 200);
}

function readState(fields: Record<string, unknown>): Pick<IssueChange, 'state' | 'reason'> {
  const { state, state_reason: reason = null } = fields;
  if (state !== undefined && state !== 'open' && state !== 'closed') {
    throw invalidRequest([`For 'properties/state', ${JSON.stringify(state)} is not a state.`]);
  }
  const known = REASONS.find((one) => one === reason);
  if (reason !== null && known === undefined) {
    throw invalidRequest([`For 'properties/state_reason', ${JSON.stringify(reason)} is not a reason.`]);
  }
  if (state === undefined) return {};
  return { state, reason: known ?? (state === 'closed' ? 'completed' : 'reopened') };
}

function respond(
  context: SandboxContext,
  repository: SandboxRepository,
  issue: SandboxIssue,
  status: number,
): ServiceAnswer {
  const closer = issue.closedBy && accountJson(context, issue.closedBy);
  const json = issueJson(context, repository, issue);
  return {
    status,
    headers: status === 201 ? { location: json.url } : {},
    body: { ...json, closed_by: closer },
  };
}

function refuseUnknown(fields: Record<string, unknown>, known: readonly string[]): void {
  const unknown = Object.keys(fields).filter((key) => !known.includes(key));
  if (unknown.length > 0) throw invalidRequest(unknown.map((key) => `"${key}" is not a permitted key.`));
}

function readTitle(title: unknown): string {
  if (typeof title !== 'string')
    throw invalidRequest([`For 'properties/title', ${JSON.stringify(title)} is no text.`]);
  if (title.trim() === '') throw validationFailed('Issue', 'title', 'title can’t be blank');
  if ([...title].length > LONGEST_TITLE) {
    throw validationFailed('Issue', 'title', `title is too long (maximum is ${LONGEST_TITLE} characters)`);
  }
  return title;
}

function readBodyText(body: unknown): string | null {
  if (body === null) return null;
  if (typeof body !== 'string')
    throw invalidRequest([`For 'properties/body', ${JSON.stringify(body)} is no text.`]);
  if (!body.isWellFormed() || body.includes('\0') || [...body].length > LONGEST_BODY) {
    throw validationFailed(
      'Issue',
      'body',
      `body is too long (maximum is ${LONGEST_BODY} characters) or malformed`,
    );
  }
  return body;
}

function readNames(value: unknown, field: string): string[] {
  if (
    !Array.isArray(value) ||
    value.some((one) => typeof one !== 'string' || one === '' || one.length > 50)
  ) {
    throw validationFailed('Issue', field, `${field} must be names`);
  }
  return value.map(String);
}

function readAssignees(
  context: SandboxContext,
  repository: SandboxRepository,
  value: unknown,
): SandboxAccount[] {
  const logins = readNames(value, 'assignees');
  const refused = logins.filter((login) => !isAssignable(context, repository, login));
  if (refused.length > 0 || logins.length > MOST_ASSIGNEES) {
    throw validationFailed('Issue', 'assignees', `${refused.join(', ')} cannot be assigned to this issue`);
  }
  return logins.map((login) => context.state.account(login));
}
