import type { Route, ServiceAnswer } from '../http/http-service.ts';
import { ApiError, notFound } from './api-error.ts';
import { param, type RepositoryCall, repositoryRoutes } from './api-route.ts';
import { resolveCommit } from './commit-lookup.ts';
import { buildTree, type GitEntry, type GitTree } from './git-tree.ts';
import type { SandboxCommit, SandboxRepository } from './model.ts';
import { repositoryUrl } from './repository-json.ts';
import type { SandboxContext, TreeLimits } from './sandbox-context.ts';

export const GITHUB_TREE_LIMITS: TreeLimits = { entries: 100_000, bytes: 7_000_000 };

const built = new WeakMap<SandboxCommit, GitTree>();

/** `sha` may name a commit, a tree or a branch. Any value of `recursive` means true, as at GitHub. */
export function treeRoutes(context: SandboxContext): Route[] {
  const endpoint = { method: 'GET', path: '/git/trees/{tree_sha+}', permission: 'contents' } as const;
  return repositoryRoutes(context, endpoint, (call) => readTree(context, call));
}

function readTree(context: SandboxContext, { repository, request }: RepositoryCall): ServiceAnswer {
  if (repository.commits.size === 0) {
    throw new ApiError(409, 'Git Repository is empty.', { blameless: true });
  }
  const asked = param(request, 'tree_sha');
  const commit = resolveCommit(context, repository, asked);
  const tree = commit ? treeOf(commit) : findTree(repository, asked);
  if (!tree) throw notFound(repository.commits.has(asked.toLowerCase()));
  const isRecursive = request.query.has('recursive');
  const url = `${repositoryUrl(context, repository)}/git`;
  const limits = isRecursive ? context.treeLimits : { entries: Infinity, bytes: Infinity };
  const { entries, truncated } = cut(listEntries(tree, isRecursive, url), limits);
  return { status: 200, body: { sha: tree.sha, url: `${url}/trees/${tree.sha}`, tree: entries, truncated } };
}

function treeOf(commit: SandboxCommit): GitTree {
  const tree = built.get(commit) ?? buildTree(commit.files, commit.modes);
  built.set(commit, tree);
  return tree;
}

function findTree(repository: SandboxRepository, sha: string): GitTree | null {
  for (const commit of repository.commits.values()) {
    const found = findWithin(treeOf(commit), sha);
    if (found) return found;
  }
  return null;
}

function findWithin(tree: GitTree, sha: string): GitTree | null {
  if (tree.sha === sha) return tree;
  for (const { tree: inner } of tree.entries) {
    const found = inner && findWithin(inner, sha);
    if (found) return found;
  }
  return null;
}

function* listEntries(tree: GitTree, isRecursive: boolean, url: string, prefix = ''): Generator<object> {
  for (const entry of tree.entries) {
    yield entryJson(entry, `${prefix}${entry.name}`, url);
    if (isRecursive && entry.tree) yield* listEntries(entry.tree, true, url, `${prefix}${entry.name}/`);
  }
}

function entryJson({ mode, sha, size }: GitEntry, path: string, url: string): object {
  if (mode === '160000') return { path, mode, type: 'commit', sha };
  if (mode === '040000') return { path, mode, type: 'tree', sha, url: `${url}/trees/${sha}` };
  return { path, mode, type: 'blob', sha, size, url: `${url}/blobs/${sha}` };
}

function cut(entries: Iterable<object>, limits: TreeLimits): { entries: object[]; truncated: boolean } {
  const kept: object[] = [];
  let bytes = 2;
  for (const entry of entries) {
    if (limits.bytes !== Infinity) bytes += Buffer.byteLength(JSON.stringify(entry)) + 1;
    if (kept.length >= limits.entries || bytes > limits.bytes) return { entries: kept, truncated: true };
    kept.push(entry);
  }
  return { entries: kept, truncated: false };
}
