import type { Deployment, Repository } from '../domain/deployment.ts';
import type { GitHubResult } from '../domain/github-result.ts';
import { ageOf, stamp } from '../domain/stored-times.ts';
import { DUPLICATE_CHECK_MS } from './create-once.ts';
import type { FailureIssue, IssueApi, IssueText, ShownIssue } from './failure-issue.ts';
import {
  AT_ONCE,
  type DueIssue,
  finish,
  finishBeforeOthers,
  giveRoom,
  type IssuePorts,
  wakeOpen,
} from './failure-issue-context.ts';
import { markFailureIssue, readErrorKey } from './render/render-failure-issue.ts';
import { failed, type WriteStep } from './retry-policy.ts';

/** Open issues in one repository. The newest lists the other broken workspaces. */
const MOST_OPEN = 5;

/** Creates the issue of a broken workspace, unless an earlier one exists or too many are open. */
export async function makeIssue(
  ports: IssuePorts,
  { issue, repository, situation }: DueIssue,
  { brokenSince, labels }: { readonly brokenSince: Deployment; readonly labels: readonly string[] },
): Promise<WriteStep> {
  const { store, api, clock } = ports;
  const marker = markFailureIssue(issue.id);
  if (issue.attemptedAt === null && issue.state !== 'listed') {
    // An earlier database may have known one.
    const found = await api.find(repository, marker);
    if (!found.ok) return refuse(ports, issue, failed(found.failure));
    if (found.value.length > 0) return takeOver(ports, issue, found.value);
  }
  if (issue.attemptedAt === null && (await areEnoughOpen(ports, repository)))
    return list(ports, issue, repository);
  const assignee = issue.assignee ?? (await chooseAssignee(api, repository, situation.last));
  if (typeof assignee !== 'string') return assignee;
  if (issue.assignee === null) await store.saveFailureIssue(issue.id, { assignee });
  const { text, errorKey } = await ports.failures.render({ issue, repository, situation, brokenSince });
  const outcome = await ports.createOnce({
    id: marker,
    attemptedAt: issue.attemptedAt,
    noteAttempt: () => store.saveFailureIssue(issue.id, { attemptedAt: stamp(clock) }),
    noteRefusal: () => store.saveFailureIssue(issue.id, { attemptedAt: null }),
    look: () => api.find(repository, marker),
    create: () => createLabelled(api, repository, { text, labels, assignee }),
  });
  if (outcome.kind === 'retry') return { kind: 'wait', delayMs: outcome.delayMs };
  if (outcome.kind === 'failed') return refuse(ports, { ...issue, assignee }, outcome);
  const { value, isNew, isSure, older } = outcome;
  await wakeOpen(ports, repository);
  await store.saveFailureIssue(issue.id, {
    issueNumber: value.number,
    madeAt: clock.now(),
    state: 'open',
    errorKey,
    digest: isNew ? text.digest : null,
    ...(isSure && older.length === 0 ? { attemptedAt: null } : {}),
  });
  return AT_ONCE;
}

interface NewIssue {
  readonly text: IssueText;
  readonly labels: readonly string[];
  /** Empty for nobody. */
  readonly assignee: string;
}

/** Creates an issue, without its labels if GitHub refuses it with them. (It may refuse the assignee: `refuse`.) */
async function createLabelled(
  api: IssueApi,
  repository: Repository,
  { text, labels, assignee }: NewIssue,
): ReturnType<IssueApi['create']> {
  const assignees = assignee === '' ? [] : [assignee];
  const created = await api.create(repository, { ...text, labels, assignees });
  if (assignee !== '' || labels.length === 0 || !isInvalid(created)) return created;
  return api.create(repository, { ...text, labels: [], assignees });
}

function isInvalid(result: GitHubResult<unknown>): boolean {
  return !result.ok && result.failure.kind === 'rejected' && result.failure.status === 422;
}

async function areEnoughOpen({ store }: IssuePorts, { id }: Repository): Promise<boolean> {
  return (await store.listOpenIssues(id)).length >= MOST_OPEN;
}

/** The newest open issue names the workspace. */
async function list(ports: IssuePorts, issue: FailureIssue, repository: Repository): Promise<WriteStep> {
  await wakeOpen(ports, repository);
  await ports.store.saveFailureIssue(issue.id, { state: 'listed' });
  return finishBeforeOthers(ports, issue);
}

/** Handles a refusal: the create may work without the assignee, or issues are disabled. */
async function refuse(ports: IssuePorts, issue: FailureIssue, step: WriteStep): Promise<WriteStep> {
  const { store, clock } = ports;
  if (step.kind !== 'failed' || step.failure.kind !== 'rejected') return step;
  const { status } = step.failure;
  if (status === 422 && issue.assignee) {
    await store.saveFailureIssue(issue.id, { assignee: '' });
    return AT_ONCE;
  }
  if (status !== 410) return step;
  await store.saveFailureIssue(issue.id, { disabledAt: clock.now() });
  await store.requestReport(issue.deploymentId);
  ports.reportAgain(issue.deploymentId);
  return finish(ports, issue);
}

/** Uses an issue that GitHub shows: an open one, otherwise the last closed one. */
export async function takeOver(
  { store, clock }: IssuePorts,
  issue: FailureIssue,
  found: readonly ShownIssue[],
): Promise<WriteStep> {
  const newest = (one: ShownIssue, other: ShownIssue) => (one.closedAt ?? 0) - (other.closedAt ?? 0);
  const chosen = found.findLast(({ isOpen }) => isOpen) ?? found.toSorted(newest).at(-1);
  if (!chosen) return AT_ONCE;
  const errorKey = readErrorKey(chosen.body);
  await store.saveFailureIssue(issue.id, {
    issueNumber: chosen.number,
    madeAt: clock.now(),
    // The text of a repaired workspace's issue names no error.
    state: chosen.isOpen ? 'open' : errorKey === null ? 'closed' : 'dismissed',
    errorKey,
    digest: null,
  });
  return AT_ONCE;
}

/** Empty for nobody; a step if GitHub can't be asked now. */
async function chooseAssignee(
  api: IssueApi,
  repository: Repository,
  { cause, requestedBy, requestedByBot }: Deployment,
): Promise<string | WriteStep> {
  if (cause !== 'push' || requestedByBot || requestedBy === '') return '';
  const assignable = await api.isAssignable(repository, requestedBy);
  if (!assignable.ok) return failed(assignable.failure);
  return assignable.value ? requestedBy : '';
}

/** Updates the issue of a broken workspace, unless a person closed it. */
export async function editIssue(
  ports: IssuePorts,
  { issue, repository, situation }: DueIssue,
  brokenSince: Deployment,
): Promise<WriteStep> {
  const { store, api, clock } = ports;
  const { text, errorKey } = await ports.failures.render({ issue, repository, situation, brokenSince });
  if (issue.state === 'open' && issue.digest === text.digest) return finish(ports, issue);
  const number = issue.issueNumber ?? 0;
  const shown = await api.read(repository, number);
  if (!shown.ok) return failed(shown.failure);
  if (shown.value === null) return forget(ports, issue);
  const { isOpen } = shown.value;
  const isPersons = issue.state === 'open' || issue.state === 'dismissed';
  if (!isOpen && isPersons && (errorKey === null || errorKey === issue.errorKey)) {
    if (issue.state === 'open') await giveRoom(ports, repository);
    await store.saveFailureIssue(issue.id, { state: 'dismissed' });
    return finishBeforeOthers(ports, issue);
  }
  if (!isOpen && issue.state !== 'open' && (await areEnoughOpen(ports, repository)))
    return list(ports, issue, repository);
  const edit = {
    title: text.title,
    body: text.body,
    ...(isOpen ? {} : ({ state: 'open', reason: 'reopened' } as const)),
  };
  const assignees = await reassign(ports, { issue, repository, situation });
  let written = await api.edit(repository, number, { ...edit, ...assignees });
  if (assignees.assignees && isInvalid(written)) written = await api.edit(repository, number, edit);
  if (!written.ok) return failed(written.failure);
  if (issue.state !== 'open') await wakeOpen(ports, repository);
  await store.saveFailureIssue(issue.id, {
    state: 'open',
    digest: text.digest,
    errorKey: errorKey ?? issue.errorKey,
    madeAt: issue.madeAt ?? clock.now(),
  });
  return AT_ONCE;
}

/** Assigns an issue that is opened again to the person who broke the workspace, unless a person had closed it. */
async function reassign(
  { api }: IssuePorts,
  { issue, repository, situation }: DueIssue,
): Promise<{ readonly assignees?: readonly string[] }> {
  const isClosed = issue.state === 'closed' || issue.state === 'listed';
  const assignee = isClosed ? await chooseAssignee(api, repository, situation.last) : '';
  return typeof assignee === 'string' && assignee !== '' ? { assignees: [assignee] } : {};
}

/** A deleted or transferred issue counts as none. GitHub may not show a new one yet. */
async function forget({ store, clock }: IssuePorts, issue: FailureIssue): Promise<WriteStep> {
  const delayMs = DUPLICATE_CHECK_MS - ageOf(clock, issue.madeAt ?? 0);
  if (delayMs > 0 && issue.attemptedAt !== null) return { kind: 'wait', delayMs };
  await store.saveFailureIssue(issue.id, {
    issueNumber: null,
    attemptedAt: null,
    assignee: null,
    digest: null,
    errorKey: null,
    state: null,
  });
  return AT_ONCE;
}

/** Closes a duplicate issue, a minute after a create without an answer. Null when there is nothing to do. */
export async function closeDuplicates(
  { store, api, clock }: IssuePorts,
  { issue, repository }: DueIssue,
): Promise<WriteStep | null> {
  const { issueNumber, attemptedAt } = issue;
  if (issueNumber === null || attemptedAt === null) return null;
  if (ageOf(clock, attemptedAt) < DUPLICATE_CHECK_MS) return null;
  const found = await api.find(repository, markFailureIssue(issue.id));
  if (!found.ok) return failed(found.failure);
  for (const { number } of found.value.filter((one) => one.isOpen && one.number !== issueNumber)) {
    const body = `Duplicate of #${issueNumber}.`;
    const closed = await api.edit(repository, number, { body, state: 'closed', reason: 'not_planned' });
    if (!closed.ok) return failed(closed.failure);
  }
  await store.saveFailureIssue(issue.id, { attemptedAt: null });
  return AT_ONCE;
}
