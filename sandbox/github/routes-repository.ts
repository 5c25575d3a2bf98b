import type { components } from '@octokit/openapi-types';
import type { Route, ServiceAnswer } from '../http/http-service.ts';
import { nodeId } from './account-json.ts';
import { paginate, readNumber, readPageSize } from './api-body.ts';
import { ApiError, notFound } from './api-error.ts';
import { param, type RepositoryCall, repositoryRoutes } from './api-route.ts';
import { commitJson, comparisonJson, diffEntryJson } from './commit-json.ts';
import { requireCommit } from './commit-lookup.ts';
import { fileContents } from './contents.ts';
import { compareCommits, diffCommits, walkHistory, walkPathHistory } from './git-history.ts';
import { pageUrl, repositoryJson, repositoryUrl } from './repository-json.ts';
import type { SandboxContext } from './sandbox-context.ts';

type Schemas = components['schemas'];

const MAX_COMPARED_FILES = 300;
const COMPARE_PAGE = 250;

/** Reads of the repository, branches, commits, comparisons and files. */
export function contentRoutes(context: SandboxContext): Route[] {
  const read = (path: string, handle: (call: RepositoryCall) => ServiceAnswer, permission = 'contents') =>
    repositoryRoutes(context, { method: 'GET', path, permission }, handle);
  return [
    ...read('', ({ repository }) => ok(repositoryJson(context, repository)), 'metadata'),
    ...read('/branches/{branch+}', (call) => ok(branchJson(context, call))),
    ...read('/git/ref/{ref+}', (call) => ok(refJson(context, call))),
    ...read('/commits', (call) => listCommits(context, call)),
    ...read('/commits/{sha}/branches-where-head', (call) => ok(branchesAt(context, call))),
    ...read('/commits/{ref+}', ({ repository, request }) => {
      const commit = requireCommit(context, repository, param(request, 'ref'));
      const parent = commit.parent === null ? null : (repository.commits.get(commit.parent) ?? null);
      const files = diffCommits(parent, commit).slice(0, MAX_COMPARED_FILES);
      const entries = files.map((file) => diffEntryJson(context, repository, { ...file, at: commit.sha }));
      return ok({ ...commitJson(context, repository, commit), files: entries });
    }),
    ...read('/compare/{basehead+}', (call) => ok(compare(context, call))),
    ...read('/contents', (call) => fileContents(context, call, '')),
    ...read('/contents/{path+}', (call) => fileContents(context, call, param(call.request, 'path'))),
  ];
}

function branchesAt(
  context: SandboxContext,
  { repository, request }: RepositoryCall,
): Schemas['branch-short'][] {
  const { sha } = requireCommit(context, repository, param(request, 'sha'));
  const url = `${repositoryUrl(context, repository)}/commits/${sha}`;
  const names = [...repository.branches].filter(([, head]) => head === sha).map(([name]) => name);
  return names.map((name) => ({ name, commit: { sha, url }, protected: false }));
}

const COMMIT_FILTERS = ['sha', 'path', 'page', 'per_page'];

/** From the head of the default branch, or from `sha`: a branch or a commit. Newest first. */
function listCommits(context: SandboxContext, { repository, request }: RepositoryCall): ServiceAnswer {
  const other = [...request.query.keys()].find((key) => !COMMIT_FILTERS.includes(key));
  if (other !== undefined) throw new Error(`The sandbox doesn't list commits by ${other}`);
  const { sha } = requireCommit(context, repository, request.query.get('sha') || repository.defaultBranch);
  const path = (request.query.get('path') ?? '').replace(/^\/+|\/+$/g, '');
  const all = path === '' ? walkHistory(repository, sha) : walkPathHistory(repository, sha, path);
  const { items, headers } = paginate(request, [...all], context.origin());
  return {
    status: 200,
    body: items.map((commit) => commitJson(context, repository, commit)),
    headers,
  };
}

function branchJson(context: SandboxContext, { repository, request }: RepositoryCall) {
  const name = param(request, 'branch');
  const head = repository.branches.get(name);
  if (head === undefined) throw new ApiError(404, 'Branch not found', { blameless: true });
  const url = `${repositoryUrl(context, repository)}/branches/${name}`;
  return {
    name,
    commit: commitJson(context, repository, requireCommit(context, repository, head)),
    _links: { self: url, html: `${pageUrl(context, repository)}/tree/${name}` },
    protected: false,
    protection: {
      enabled: false,
      required_status_checks: { enforcement_level: 'off', contexts: [], checks: [] },
    },
    protection_url: `${url}/protection`,
  } satisfies Schemas['branch-with-protection'];
}

function refJson(context: SandboxContext, { repository, request }: RepositoryCall): Schemas['git-ref'] {
  const ref = param(request, 'ref');
  const sha = ref.startsWith('heads/') ? repository.branches.get(ref.slice('heads/'.length)) : undefined;
  if (sha === undefined) throw notFound(true);
  const url = repositoryUrl(context, repository);
  return {
    ref: `refs/${ref}`,
    node_id: nodeId('Ref', `${repository.id}:${ref}`),
    url: `${url}/git/refs/${ref}`,
    object: { sha, type: 'commit', url: `${url}/git/commits/${sha}` },
  };
}

/** Compares the merge base with the head, so a head behind its base has no changes. */
function compare(
  context: SandboxContext,
  { repository, request }: RepositoryCall,
): Schemas['commit-comparison'] {
  const [baseRef, headRef, ...more] = param(request, 'basehead').split('...');
  if (!baseRef || !headRef || more.length > 0) throw notFound();
  const base = requireCommit(context, repository, withoutOwner(baseRef));
  const head = requireCommit(context, repository, withoutOwner(headRef));
  const comparison = compareCommits(repository, base.sha, head.sha);
  if (!comparison) {
    throw new ApiError(404, `No common ancestor between ${baseRef} and ${headRef}.`, { blameless: true });
  }
  const size = readPageSize(request, COMPARE_PAGE);
  const page = Math.max(1, readNumber(request, 'page') ?? 1);
  const commits = comparison.commits.slice((page - 1) * size, page * size);
  const files = page === 1 ? diffCommits(comparison.mergeBase, head).slice(0, MAX_COMPARED_FILES) : [];
  return comparisonJson(context, repository, { base, head, comparison, commits, files });
}

/** Allows `owner:branch`, but only with the owner of this repository. */
function withoutOwner(ref: string): string {
  return ref.split(':').at(-1) ?? ref;
}

function ok(body: object): ServiceAnswer {
  return { status: 200, body };
}
