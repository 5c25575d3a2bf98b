import type { Route, ServiceAnswer } from '../http/http-service.ts';
import { paginate } from './api-body.ts';
import { notFound } from './api-error.ts';
import { param, type RepositoryCall, repositoryRoutes } from './api-route.ts';
import { diffEntryJson } from './commit-json.ts';
import { requireCommit } from './commit-lookup.ts';
import { compareCommits, isAncestor } from './git-history.ts';
import type { SandboxPullRequest, SandboxRepository } from './model.ts';
import { isPullRequest } from './pull-changes.ts';
import { pullFiles, pullJson, pullSimpleJson } from './pull-json.ts';
import type { SandboxContext } from './sandbox-context.ts';

/** Reads of pull requests. They come before the commit routes, whose refs contain slashes. */
export function pullRoutes(context: SandboxContext): Route[] {
  const read = (path: string, handle: (call: RepositoryCall) => ServiceAnswer) =>
    repositoryRoutes(context, { method: 'GET', path, permission: 'pull_requests' }, handle);
  return [
    ...read('/pulls/{pull_number}', (call) => ({
      status: 200,
      body: pullJson(context, call.repository, requirePull(call)),
    })),
    ...read('/pulls/{pull_number}/files', (call) => {
      const { repository, request } = call;
      const pull = requirePull(call);
      const { items, headers } = paginate(request, pullFiles(repository, pull), context.origin());
      const at = pull.pull.headSha;
      return {
        status: 200,
        headers,
        body: items.map((one) => diffEntryJson(context, repository, { ...one, at })),
      };
    }),
    ...read('/commits/{ref+}/pulls', ({ repository, request }) => {
      const { sha } = requireCommit(context, repository, param(request, 'ref'));
      const { items, headers } = paginate(request, pullsOf(repository, sha), context.origin());
      return { status: 200, headers, body: items.map((one) => pullSimpleJson(context, repository, one)) };
    }),
  ];
}

function requirePull({ repository, request }: RepositoryCall): SandboxPullRequest {
  const issue = repository.issues.get(Number(param(request, 'pull_number')));
  if (!issue || !isPullRequest(issue)) throw notFound();
  return issue;
}

/** For a commit of the default branch: the merged pull request that brought it. Otherwise: open and merged ones. */
function pullsOf(repository: SandboxRepository, sha: string): SandboxPullRequest[] {
  const head = repository.branches.get(repository.defaultBranch);
  const arrived = head !== undefined && isAncestor(repository, sha, head);
  return [...repository.issues.values()].filter(isPullRequest).filter(({ pull, closedAt }) => {
    if (closedAt !== null && pull.mergedAt === null) return false;
    if (arrived && pull.mergedAt === null) return false;
    if (pull.mergeCommitSha === sha) return true;
    const brought = compareCommits(repository, pull.baseSha, pull.headSha)?.commits ?? [];
    return brought.some((commit) => commit.sha === sha);
  });
}
