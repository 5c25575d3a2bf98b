import type { SandboxAccount, SandboxIssue, SandboxPull, SandboxRepository } from './model.ts';
import { hasRole } from './people.ts';
import type { SandboxContext } from './sandbox-context.ts';

const OPEN = {
  closedAt: null,
  closedBy: null,
  stateReason: null,
  locked: false,
  deleted: false,
  movedTo: null,
  edits: 0,
};

/** Adds an issue or a pull request. Both share their numbers. */
export function addIssue<P extends SandboxPull | null>(
  context: SandboxContext,
  repository: SandboxRepository,
  input: { title: string; body: string | null; author: SandboxAccount; viaApp?: boolean; pull: P },
): SandboxIssue & { readonly pull: P } {
  const now = Date.now();
  const issue = {
    ...input,
    viaApp: input.viaApp ?? false,
    labels: [],
    assignees: [],
    id: context.state.nextId('issue'),
    repositoryId: repository.id,
    number: repository.issues.size + 1,
    createdAt: now,
    updatedAt: now,
    ...OPEN,
  };
  repository.issues.set(issue.number, issue);
  context.signal.notify();
  return issue;
}

/** Throws if there is none: that is a mistake in the test. */
export function findIssue(repository: SandboxRepository, number: number): SandboxIssue {
  const issue = repository.issues.get(number);
  if (!issue || issue.deleted) throw new Error(`${repository.fullName} has no issue ${number}`);
  return issue;
}

export function setLocked(
  context: SandboxContext,
  repository: SandboxRepository,
  { number, locked }: { number: number; locked: boolean },
): void {
  findIssue(repository, number).locked = locked;
  context.signal.notify();
}

/** Deletes the issue and its comments. Its number is never used again. */
export function deleteIssue(context: SandboxContext, repository: SandboxRepository, number: number): void {
  const issue = findIssue(repository, number);
  if (issue.pull) throw new Error(`Pull request ${number} cannot be deleted`);
  issue.deleted = true;
  for (const { id } of context.state.commentsOf(repository.id, number))
    context.state.issueComments.delete(id);
  context.signal.notify();
}

export function closeIssue(context: SandboxContext, issue: SandboxIssue, by: SandboxAccount): void {
  issue.closedAt = Date.now();
  issue.updatedAt = issue.closedAt;
  issue.closedBy = by;
  issue.stateReason = 'completed';
  context.signal.notify();
}

export interface IssueChange {
  readonly title?: string;
  readonly body?: string | null;
  readonly labels?: readonly string[];
  readonly assignees?: readonly SandboxAccount[];
  readonly state?: 'open' | 'closed';
  readonly reason?: SandboxIssue['stateReason'];
}

export function changeIssue(
  context: SandboxContext,
  issue: SandboxIssue,
  { state, reason, ...fields }: IssueChange,
  by: SandboxAccount,
): void {
  Object.assign(issue, fields);
  issue.edits += 1;
  issue.updatedAt = Date.now();
  if (state === 'closed') closeIssue(context, issue, by);
  if (state === 'open') issue.closedAt = issue.closedBy = null;
  if (state !== undefined) issue.stateReason = reason ?? null;
  context.signal.notify();
}

/** The issue becomes one with another number in the other repository, and its old address leads there. */
export function transferIssue(
  context: SandboxContext,
  issue: SandboxIssue,
  target: SandboxRepository,
): SandboxIssue {
  const { title, body, author, viaApp } = issue;
  const moved = addIssue(context, target, { title, body, author, viaApp, pull: null });
  issue.movedTo = moved;
  context.signal.notify();
  return moved;
}

/** Only people with write access may comment in a locked conversation. An app never may. */
export function maySpeak(
  repository: SandboxRepository,
  issue: { readonly locked: boolean },
  author: SandboxAccount,
): boolean {
  return hasRole(repository, author, issue.locked ? 'write' : 'read');
}
