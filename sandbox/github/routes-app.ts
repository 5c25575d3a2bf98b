import type { components } from '@octokit/openapi-types';
import type { Route, ServiceAnswer, ServiceRequest } from '../http/http-service.ts';
import { accountJson, appJson, installationJson } from './account-json.ts';
import { paginate, readBody } from './api-body.ts';
import { ApiError, invalidRequest, notFound } from './api-error.ts';
import { appRoute, findRepository, installationRoute, param, publicRoute, suspended } from './api-route.ts';
import { isoTime, type Permissions, type SandboxInstallation } from './model.ts';
import { repositoryJson } from './repository-json.ts';
import { installationFor, type SandboxContext } from './sandbox-context.ts';

type Schemas = components['schemas'];

/** The app, its installations, and their tokens. */
export function appRoutes(context: SandboxContext): Route[] {
  const { state } = context;
  return [
    appRoute(context, 'GET /app', () => ok(appJson(context))),
    appRoute(context, 'GET /app/installations', (request) => {
      const all = [...state.installations.values()].filter(({ removed }) => !removed);
      const { items, headers } = paginate(request, all, context.origin());
      return { status: 200, headers, body: items.map((one) => installationJson(context, one)) };
    }),
    appRoute(context, 'GET /app/installations/{installation_id}', (request) =>
      ok(installationJson(context, requireInstallation(context, request))),
    ),
    appRoute(context, 'POST /app/installations/{installation_id}/access_tokens', (request) =>
      createToken(context, requireInstallation(context, request), request),
    ),
    appRoute(context, 'GET /repos/{owner}/{repo}/installation', (request) =>
      ownInstallation(context, request),
    ),
    appRoute(context, 'GET /repositories/{repository_id}/installation', (request) =>
      ownInstallation(context, request),
    ),
    installationRoute(context, 'GET /installation/repositories', ({ request, installation, token }) => {
      const visible = [...state.repositories.values()].filter(
        (one) =>
          !one.deleted &&
          installationFor(context, one)?.id === installation.id &&
          (token.repositoryIds?.has(one.id) ?? true),
      );
      const { items, headers } = paginate(request, visible, context.origin());
      const repositories = items.map((one) => repositoryJson(context, one));
      const body = { total_count: visible.length, repository_selection: 'all', repositories };
      return { status: 200, headers, body };
    }),
    ...publicRoutes(context),
  ];
}

function publicRoutes(context: SandboxContext): Route[] {
  return [
    publicRoute(context, 'GET /rate_limit', (request) => {
      const [, credentials = ''] = request.headers.authorization?.split(' ') ?? [];
      const id = context.tokens.find(credentials)?.installationId;
      const core = context.limits.status(id === undefined ? 'public' : `installation ID ${id}`);
      const body: Schemas['rate-limit-overview'] = { resources: { core, search: core }, rate: core };
      return ok(body);
    }),
    publicRoute(context, 'GET /meta', () => {
      const meta: Schemas['api-overview'] = {
        verifiable_password_authentication: false,
        hooks: ['127.0.0.1/32'],
      };
      return ok({ ...meta, installed_version: '3.18.0' });
    }),
    publicRoute(context, 'GET /users/{login}', (request) => {
      const account = context.state.accounts.get(param(request, 'login').toLowerCase());
      if (!account) throw notFound();
      return ok(accountJson(context, account));
    }),
  ];
}

function ownInstallation(context: SandboxContext, request: ServiceRequest): ServiceAnswer {
  const installation = installationFor(context, findRepository(context, request));
  if (!installation) throw notFound(true);
  return ok(installationJson(context, installation));
}

function createToken(
  context: SandboxContext,
  installation: SandboxInstallation,
  request: ServiceRequest,
): ServiceAnswer {
  if (installation.suspendedAt !== null) throw suspended();
  const { permissions, repository_ids } = readBody(request);
  const repositoryIds = readIds(repository_ids);
  const token = context.tokens.issue({
    installationId: installation.id,
    permissions: narrowPermissions(context.permissions, permissions),
    repositoryIds,
  });
  const body: Schemas['installation-token'] = {
    token: token.token,
    expires_at: isoTime(token.expiresAt),
    permissions: { ...token.permissions },
    repository_selection: repositoryIds ? 'selected' : 'all',
  };
  return { status: 201, body };
}

function readIds(value: unknown): Set<number> | null {
  if (value === undefined) return null;
  if (!Array.isArray(value)) throw invalidRequest(["For 'properties/repository_ids', it is not an array."]);
  return new Set(value.map(Number));
}

function narrowPermissions(granted: Permissions, wanted: unknown): Permissions {
  if (wanted === undefined) return granted;
  if (typeof wanted !== 'object' || wanted === null) {
    throw invalidRequest(["For 'properties/permissions', it is not an object."]);
  }
  const narrowed: Record<string, 'read' | 'write'> = {};
  for (const [name, level] of Object.entries(wanted)) {
    const fits = granted[name] === 'write' || granted[name] === level;
    if (!fits || (level !== 'read' && level !== 'write')) {
      throw new ApiError(422, 'The permissions requested are not granted to this installation.');
    }
    narrowed[name] = level;
  }
  return narrowed;
}

function requireInstallation(context: SandboxContext, request: ServiceRequest): SandboxInstallation {
  const installation = context.state.installations.get(Number(param(request, 'installation_id')));
  if (!installation || installation.removed) throw notFound(installation !== undefined);
  return installation;
}

function ok(body: object): ServiceAnswer {
  return { status: 200, body };
}
