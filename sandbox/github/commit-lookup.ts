import { notFound } from './api-error.ts';
import type { SandboxCommit, SandboxRepository } from './model.ts';
import type { SandboxContext } from './sandbox-context.ts';

/**
 * The commit of a sha, a branch, `heads/branch` or `refs/heads/branch`. A commit that is still hidden is
 * missing here, as one just pushed can be at GitHub.
 */
export function resolveCommit(
  context: SandboxContext,
  repository: SandboxRepository,
  ref: string,
): SandboxCommit | null {
  const branch = ref.replace(/^(refs\/)?heads\//, '');
  const sha = repository.branches.get(ref) ?? repository.branches.get(branch) ?? ref.toLowerCase();
  const commit = repository.commits.get(sha);
  return commit && !context.state.misses(sha) ? commit : null;
}

/** Throws 404; blameless for what once was there, and for any branch: those come and go. */
export function requireCommit(
  context: SandboxContext,
  repository: SandboxRepository,
  ref: string,
): SandboxCommit {
  const commit = resolveCommit(context, repository, ref);
  if (commit) return commit;
  const looksLikeSha = /^[0-9a-f]{40}$/i.test(ref);
  throw notFound(!looksLikeSha || repository.commits.has(ref.toLowerCase()));
}
