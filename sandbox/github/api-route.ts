import { randomBytes } from 'node:crypto';
import type { Route, ServiceAnswer, ServiceRequest } from '../http/http-service.ts';
import { ApiError, notFound } from './api-error.ts';
import { verifyAppJwt } from './app-jwt.ts';
import type { InstallationToken } from './installation-tokens.ts';
import type { PermissionLevel, SandboxInstallation, SandboxRepository } from './model.ts';
import { installationFor, type SandboxContext } from './sandbox-context.ts';

const API_PREFIX = '/api/v3';
const GRAPHQL = '/graphql';

/** Method and path below the API's prefix. `{name}` is one segment, `{name+}` any number. */
export type Endpoint = `${'GET' | 'POST' | 'PATCH' | 'DELETE'} /${string}`;

export interface InstallationCall {
  request: ServiceRequest;
  token: InstallationToken;
  installation: SandboxInstallation;
}

export interface RepositoryCall extends InstallationCall {
  repository: SandboxRepository;
}

export interface RepositoryEndpoint {
  method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  path: string;
  /** One of several is enough. */
  permission: string | readonly string[];
  /** Default: read for GET, write for all others. */
  level?: PermissionLevel;
}

type Handler<C> = (call: C) => ServiceAnswer;
/** Counts the request against the caller's rate limit. */
type Charge = (caller: string, write: boolean) => void;

/** A route for anyone. */
export function publicRoute(
  context: SandboxContext,
  endpoint: Endpoint,
  handle: Handler<ServiceRequest>,
): Route {
  return route(context, endpoint, (request) => handle(request));
}

/** A route for the app itself, by its JSON web token. */
export function appRoute(
  context: SandboxContext,
  endpoint: Endpoint,
  handle: Handler<ServiceRequest>,
): Route {
  return route(context, endpoint, (request, charge) => {
    verifyAppJwt(readCredentials(request), context.app);
    charge(`app ID ${context.app.id}`, false);
    return handle(request);
  });
}

/** A route for an installation, by its access token. */
export function installationRoute(
  context: SandboxContext,
  endpoint: Endpoint,
  handle: Handler<InstallationCall>,
): Route {
  return route(context, endpoint, (request, charge) => handle(authenticate(context, request, charge)));
}

/** A route below a repository, by name and by id. */
export function repositoryRoutes(
  context: SandboxContext,
  endpoint: RepositoryEndpoint,
  handle: Handler<RepositoryCall>,
): Route[] {
  const { method, path, permission, level = method === 'GET' ? 'read' : 'write' } = endpoint;
  const answer = (request: ServiceRequest, charge: Charge) => {
    const call = authenticate(context, request, charge);
    const repository = findRepository(context, request);
    checkAccess(context, call, repository);
    checkPermission(call.token, permission, level);
    if (method !== 'GET' && repository.archived) {
      throw new ApiError(403, 'Repository was archived so is read-only.', { blameless: true });
    }
    return handle({ ...call, repository });
  };
  return [
    route(context, `${method} /repos/{owner}/{repo}${path}`, answer),
    route(context, `${method} /repositories/{repository_id}${path}`, answer),
  ];
}

/** Answers all other paths. Must be added last. */
export function unknownRoutes(context: SandboxContext): Route[] {
  const pattern = new RegExp(`^${API_PREFIX}(/.*)?$`);
  return ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'].map((method) => ({
    method,
    pattern,
    handle: (request) =>
      answerApi(context, { request, endpoint: `${method} (unknown)` }, () => {
        throw notFound();
      }),
  }));
}

export function param(request: ServiceRequest, name: string): string {
  const value = request.params[name];
  if (value === undefined) throw new Error(`The route has no parameter ${name}`);
  return value;
}

/** Redirects to the id of a renamed repository: 301 for reads, and 307 for writes to keep method and body. */
export function findRepository(context: SandboxContext, request: ServiceRequest): SandboxRepository {
  const { state } = context;
  const { repository_id: id } = request.params;
  if (id !== undefined) {
    const repository = state.repositories.get(Number(id));
    if (!repository) throw notFound();
    if (repository.deleted) throw notFound(true);
    return repository;
  }
  const fullName = `${param(request, 'owner')}/${param(request, 'repo')}`;
  const repository = state.findRepository(fullName);
  if (repository) return repository;
  const moved = state.findMovedRepository(fullName);
  if (!moved) throw notFound(state.wasRepository(fullName));
  const rest = request.path.split('/').slice(6).join('/');
  const query = request.query.size > 0 ? `?${request.query}` : '';
  const path = `${API_PREFIX}/repositories/${moved.id}${rest ? `/${rest}` : ''}${query}`;
  throw new ApiError(request.method === 'GET' ? 301 : 307, 'Moved Permanently', {
    headers: { location: `${context.origin()}${path}` },
    blameless: true,
  });
}

function checkAccess(
  context: SandboxContext,
  { installation, token }: InstallationCall,
  repository: SandboxRepository,
): void {
  if (installationFor(context, repository)?.id !== installation.id) {
    throw notFound(repository.formerInstallations.has(installation.id));
  }
  if (token.repositoryIds && !token.repositoryIds.has(repository.id)) throw notFound();
}

/** One of several permissions is enough. */
export function checkPermission(
  token: InstallationToken,
  permission: string | readonly string[],
  needed: PermissionLevel,
): void {
  const granted = [permission].flat().map((name) => token.permissions[name]);
  if (granted.includes('write') || granted.includes(needed)) return;
  throw new ApiError(403, 'Resource not accessible by integration');
}

function authenticate(context: SandboxContext, request: ServiceRequest, charge: Charge): InstallationCall {
  const token = context.tokens.find(readCredentials(request));
  if (!token || token.expiresAt <= Date.now()) throw new ApiError(401, 'Bad credentials');
  if (token.revoked) throw new ApiError(401, 'Bad credentials', { blameless: true });
  charge(`installation ID ${token.installationId}`, isWrite(request));
  const installation = context.state.installations.get(token.installationId);
  if (!installation || installation.removed) throw new ApiError(401, 'Bad credentials', { blameless: true });
  if (installation.suspendedAt !== null) throw suspended();
  return { request, token, installation };
}

/** True if the request counts as a write. The app only reads with GraphQL. */
function isWrite({ method, path }: ServiceRequest): boolean {
  return method !== 'GET' && !path.endsWith(GRAPHQL);
}

export function suspended(): ApiError {
  return new ApiError(403, 'This installation has been suspended', { blameless: true });
}

function readCredentials(request: ServiceRequest): string {
  const [, credentials] = /^(?:bearer|token) (\S+)$/i.exec(request.headers.authorization ?? '') ?? [];
  if (credentials === undefined) throw new ApiError(401, 'Requires authentication');
  return credentials;
}

function route(
  context: SandboxContext,
  endpoint: Endpoint,
  handle: (request: ServiceRequest, charge: Charge) => ServiceAnswer,
): Route {
  const [method = '', path = ''] = endpoint.split(' ');
  const pattern = path
    .replaceAll('.', '\\.')
    .replace(/\{(\w+)\+\}/g, '(?<$1>.+)')
    .replace(/\{(\w+)\}/g, '(?<$1>[^/]+)');
  return {
    method,
    pattern: new RegExp(`^${path === GRAPHQL ? '/api' : API_PREFIX}${pattern}$`),
    handle: (request) => answerApi(context, { request, endpoint }, (charge) => handle(request, charge)),
  };
}

async function answerApi(
  context: SandboxContext,
  { request, endpoint }: { request: ServiceRequest; endpoint: string },
  handle: (charge: Charge) => ServiceAnswer,
): Promise<ServiceAnswer> {
  let caller = 'public';
  let answer: ServiceAnswer;
  try {
    if (!request.headers['user-agent']) throw new ApiError(403, 'Request forbidden by administrative rules.');
    answer = handle((name, write) => {
      caller = name;
      context.limits.charge(name, write);
    });
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    if (!error.blameless) recordRefusal(context, request, error);
    answer = { status: error.status, headers: error.headers, body: error.body() };
  }
  const { method, path } = request;
  context.requests.add({ at: Date.now(), method, endpoint, path, status: answer.status });
  // Notifies after the service has recorded the exchange.
  setImmediate(() => context.signal.notify());
  const headers = {
    'x-github-request-id': randomBytes(8).toString('hex').toUpperCase(),
    'x-github-media-type': 'github.v3; format=json',
    ...context.limits.headers(caller),
  };
  return { ...answer, headers: { ...headers, ...answer.headers } };
}

function recordRefusal(context: SandboxContext, request: ServiceRequest, error: ApiError): void {
  const { method, path } = request;
  const details = error.errors ? ` ${JSON.stringify(error.errors)}` : '';
  context.refusals.push({
    at: Date.now(),
    method,
    path,
    status: error.status,
    message: `${error.message}${details}`,
  });
}
