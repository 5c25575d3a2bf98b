import { createRequire } from 'node:module';
import type { GraphQLSchema } from 'graphql';
import type { Route, ServiceAnswer } from '../http/http-service.ts';
import { readBody } from './api-body.ts';
import { ApiError } from './api-error.ts';
import { type InstallationCall, installationRoute } from './api-route.ts';
import { installationFor, type SandboxContext } from './sandbox-context.ts';

/** Loaded on the first query, because most sandboxes get none. */
const load = createRequire(import.meta.url);

/** The part of GitHub's public schema that the sandbox serves. */
const SCHEMA = `
  scalar GitObjectID
  interface GitObject { oid: GitObjectID! }
  type Commit implements GitObject { oid: GitObjectID! }
  type Ref { name: String! target: GitObject }
  type Repository { ref(qualifiedName: String!): Ref }
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
      };
    },
  };
}
