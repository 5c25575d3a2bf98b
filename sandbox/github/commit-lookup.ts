import { notFound } from './api-error.ts';
import type { SandboxCommit, SandboxRepository } from './model.ts';
import type { SandboxContext } from './sandbox-context.ts';

/**
 * The commit of a sha, a branch, `heads/branch` or `refs/heads/branch`. Null for a hidden commit: right after a push,
 * GitHub may not find a commit.
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

/** Throws 404. A former commit or a missing branch is no fault of the app. */
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
