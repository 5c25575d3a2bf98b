import type { SandboxAccount, SandboxIssue, SandboxPull, SandboxRepository } from './model.ts';
import { hasRole } from './people.ts';
import type { SandboxContext } from './sandbox-context.ts';

const OPEN = {
  closedAt: null,
  closedBy: null,
  locked: false,
  deleted: false,
};

/** Adds an issue or a pull request. Both share their numbers. */
export function addIssue<P extends SandboxPull | null>(
  context: SandboxContext,
  repository: SandboxRepository,
  input: { title: string; body: string | null; author: SandboxAccount; pull: P },
): SandboxIssue & { readonly pull: P } {
  const now = Date.now();
  const issue = {
    ...input,
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
  context.signal.notify();
}

/** Only people with write access may comment in a locked conversation. An app never may. */
export function maySpeak(
  repository: SandboxRepository,
  issue: { readonly locked: boolean },
  author: SandboxAccount,
): boolean {
  return hasRole(repository, author, issue.locked ? 'write' : 'read');
}
