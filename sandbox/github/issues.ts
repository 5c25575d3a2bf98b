import type { SandboxAccount, SandboxIssue, SandboxPull, SandboxRepository } from './model.ts';
import { hasRole } from './people.ts';
import type { SandboxContext } from './sandbox-context.ts';

const OPEN: Pick<SandboxIssue, 'closedAt' | 'closedBy' | 'locked' | 'deleted'> = {
  closedAt: null,
  closedBy: null,
  locked: false,
  deleted: false,
};

/** Issues and pull requests share their numbers and their conversations. */
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

/** Throws for what is not there: that is a slip in the test. */
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

/** With its comments, for good: its number is never used again. */
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

/** In a locked conversation only people with write access speak; an app never has that. */
export function maySpeak(
  repository: SandboxRepository,
  issue: Pick<SandboxIssue, 'locked'>,
  author: SandboxAccount,
): boolean {
  return hasRole(repository, author, issue.locked ? 'write' : 'read');
}
