import { createRequire } from 'node:module';
import type { GraphQLSchema } from 'graphql';
import type { Route, ServiceAnswer } from '../http/http-service.ts';
import { readBody } from './api-body.ts';
import { ApiError } from './api-error.ts';
import { type InstallationCall, installationRoute } from './api-route.ts';
import { resolveCommit } from './commit-lookup.ts';
import { blobSha, buildTree, type GitTree } from './git-tree.ts';
import type { SandboxCommit, SandboxRepository } from './model.ts';
import { installationFor, type SandboxContext } from './sandbox-context.ts';

/** Loaded on the first query, because most sandboxes get none. */
const load = createRequire(import.meta.url);

/** The part of GitHub's public schema that the sandbox serves. */
const SCHEMA = `
  scalar GitObjectID
  interface GitObject { oid: GitObjectID! }
  type Commit implements GitObject { oid: GitObjectID! }
  type Blob implements GitObject {
    oid: GitObjectID!
    byteSize: Int!
    isBinary: Boolean
    isTruncated: Boolean!
    text: String
  }
  type TreeEntry { name: String! mode: Int! type: String! }
  type Tree implements GitObject { oid: GitObjectID! entries: [TreeEntry!] }
  type Ref { name: String! target: GitObject }
  type Repository {
    ref(qualifiedName: String!): Ref
    object(expression: String, oid: GitObjectID): GitObject
  }
  type Query { repository(owner: String!, name: String!, followRenames: Boolean = true): Repository }
`;

let schema: GraphQLSchema | null = null;

/** GitHub's GraphQL API for an installation. Most mistakes get 200 with `errors`, as at GitHub. */
export function graphqlRoutes(context: SandboxContext): Route[] {
  return [installationRoute(context, 'POST /graphql', (call) => answer(context, call))];
}

function answer(context: SandboxContext, call: InstallationCall): ServiceAnswer {
  const { query, variables } = readBody(call.request);
  if (typeof query !== 'string')
    throw new ApiError(400, 'A query attribute must be specified and must be a string.');
  const { buildSchema, graphqlSync } = load('graphql') as typeof import('graphql');
  schema ??= buildSchema(SCHEMA);
  const variableValues = variables as Readonly<Record<string, unknown>>;
  const { data, errors } = graphqlSync({
    schema,
    source: query,
    variableValues,
    rootValue: root(context, call),
  });
  const body = { ...(data === undefined ? {} : { data }), ...(errors ? { errors } : {}) };
  return { status: 200, body, headers: { 'x-ratelimit-resource': 'graphql' } };
}

/** GitHub cuts the text of a larger blob (bytes). */
const LONGEST_TEXT = 512_000;

/** By its name, or as `<revision>:<path>`. GitHub answers null for what it doesn't have. */
function findObject(
  context: SandboxContext,
  repository: SandboxRepository,
  oid: string | null,
  expression: string | null,
): object | null {
  if (oid !== null && !/^[0-9a-f]{40}$/i.test(oid)) {
    throw new Error(`Argument 'oid' on Field 'object' has an invalid value (${oid}).`);
  }
  if (oid === null && expression === null) return null;
  const [revision = '', path] = (oid ?? expression ?? '').split(/:(.*)/s);
  const commit = resolveCommit(context, repository, revision);
  if (commit && path === undefined) return { __typename: 'Commit', oid: commit.sha };
  if (commit) {
    const content = commit.files.get(path ?? '');
    return content === undefined ? findTree(commit, path ?? '') : describeBlob(content);
  }
  const content = findBlob(repository, revision.toLowerCase());
  return content === null ? null : describeBlob(content);
}

function findTree({ files, modes }: SandboxCommit, path: string): object | null {
  let tree: GitTree | null = buildTree(files, modes);
  for (const part of path.split('/').filter((one) => one !== '')) {
    tree = tree?.entries.find(({ name }) => name === part)?.tree ?? null;
  }
  if (!tree) return null;
  const entries = tree.entries.map(({ name, mode, tree: inner }) => ({
    name,
    mode: Number.parseInt(mode, 8),
    type: inner ? 'tree' : mode === '160000' ? 'commit' : 'blob',
  }));
  return { __typename: 'Tree', oid: tree.sha, entries };
}

function describeBlob(content: string): object {
  const bytes = Buffer.from(content);
  const isBinary = bytes.subarray(0, 8_000).includes(0);
  const isTruncated = bytes.length > LONGEST_TEXT;
  return {
    __typename: 'Blob',
    oid: blobSha(content),
    byteSize: bytes.length,
    isBinary,
    isTruncated,
    text: isBinary ? null : bytes.subarray(0, LONGEST_TEXT).toString(),
  };
}

function findBlob(repository: SandboxRepository, sha: string): string | null {
  for (const { files } of repository.commits.values()) {
    for (const content of files.values()) if (blobSha(content) === sha) return content;
  }
  return null;
}

function root(context: SandboxContext, { installation, token }: InstallationCall): object {
  return {
    repository({ owner, name }: { owner: string; name: string }) {
      const fullName = `${owner}/${name}`;
      const found = context.state.findRepository(fullName) ?? context.state.findMovedRepository(fullName);
      const isInstalled = found && installationFor(context, found)?.id === installation.id;
      const isVisible = isInstalled && (token.repositoryIds?.has(found.id) ?? true);
      if (!isVisible) throw new Error(`Could not resolve to a Repository with the name '${fullName}'.`);
      if (!token.permissions['contents']) throw new Error('Resource not accessible by integration');
      return {
        ref({ qualifiedName }: { qualifiedName: string }) {
          const branch = /^refs\/heads\/(.+)$/.exec(qualifiedName)?.[1] ?? '';
          const oid = found.branches.get(branch);
          return oid === undefined ? null : { name: branch, target: { __typename: 'Commit', oid } };
        },
        object: ({ oid, expression }: { oid?: string | null; expression?: string | null }) =>
          findObject(context, found, oid ?? null, expression ?? null),
      };
    },
  };
}
