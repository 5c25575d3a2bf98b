import type { components } from '@octokit/openapi-types';
import type { Route, ServiceAnswer, ServiceRequest } from '../http/http-service.ts';
import { readPageSize } from './api-body.ts';
import { ApiError, notFound } from './api-error.ts';
import { appRoute, param } from './api-route.ts';
import type { Delivery, DeliveryAttempt } from './delivery-log.ts';
import type { SandboxContext } from './sandbox-context.ts';

type Schemas = components['schemas'];

interface LoggedAttempt {
  delivery: Delivery;
  attempt: DeliveryAttempt;
}

/** How long GitHub lists and redelivers deliveries. */
const KEPT_MS = 3 * 24 * 3_600_000;

/** The app's webhook: settings, log and redelivery. */
export function deliveryRoutes(context: SandboxContext): Route[] {
  return [
    appRoute(context, 'GET /app/hook/config', () => {
      const { secret, contentType, insecureSsl } = context.deliveries.settings;
      const body: Schemas['webhook-config'] = {
        content_type: contentType,
        insecure_ssl: insecureSsl ? '1' : '0',
        ...(secret === null ? {} : { secret: '********' }),
        url: context.deliveries.url ?? '',
      };
      return { status: 200, body };
    }),
    appRoute(context, 'GET /app/hook/deliveries', (request) => listDeliveries(context, request)),
    appRoute(context, 'GET /app/hook/deliveries/{delivery_id}', (request) => ({
      status: 200,
      body: deliveryJson(context, requireAttempt(context, request)),
    })),
    appRoute(context, 'POST /app/hook/deliveries/{delivery_id}/attempts', (request) => {
      // GitHub answers before the attempt ends. The promise never rejects.
      void context.deliveries.redeliver(requireAttempt(context, request).delivery);
      return { status: 202, body: {} };
    }),
  ];
}

function listDeliveries(context: SandboxContext, request: ServiceRequest): ServiceAnswer {
  const size = readPageSize(request);
  const before = readCursor(request);
  const status = request.query.get('status');
  const listed = loggedAttempts(context).filter(
    ({ attempt }) => attempt.id < before && hasOutcome(attempt, status),
  );
  const items = listed.slice(0, size);
  const next = listed.length > size ? items.at(-1) : undefined;
  const query = new URLSearchParams(request.query);
  if (next) query.set('cursor', `v1_${next.attempt.id}`);
  return {
    status: 200,
    headers: next ? { link: `<${context.origin()}${request.path}?${query}>; rel="next"` } : {},
    body: items.map(itemJson),
  };
}

/** The ended attempts of the last three days, newest first, without those that the log doesn't show yet. */
function loggedAttempts(context: SandboxContext): LoggedAttempt[] {
  const since = Date.now() - KEPT_MS;
  const until = Date.now() - context.deliveries.lagMs;
  return context.deliveries.deliveries
    .flatMap((delivery) => delivery.attempts.map((attempt) => ({ delivery, attempt })))
    .filter(({ attempt }) => attempt.at >= since && attempt.at + attempt.durationMs <= until)
    .sort((a, b) => b.attempt.id - a.attempt.id);
}

/** The cursor names the last attempt of the previous page. */
function readCursor(request: ServiceRequest): number {
  const cursor = request.query.get('cursor');
  if (cursor === null) return Number.POSITIVE_INFINITY;
  const [, id] = /^v1_(\d+)$/.exec(cursor) ?? [];
  if (id === undefined) throw new ApiError(422, 'Invalid cursor');
  return Number(id);
}

/** Filters by status code. A failed connection has none, so no filter lists it. */
function hasOutcome({ statusCode }: DeliveryAttempt, status: string | null): boolean {
  if (status === null) return true;
  if (status === 'success') return statusCode >= 200 && statusCode < 400;
  if (status === 'failure') return statusCode >= 400 && statusCode < 600;
  throw new ApiError(422, 'Invalid status: it is success or failure');
}

function requireAttempt(context: SandboxContext, request: ServiceRequest): LoggedAttempt {
  const id = Number(param(request, 'delivery_id'));
  const found = loggedAttempts(context).find(({ attempt }) => attempt.id === id);
  if (!found) throw notFound();
  return found;
}

function itemJson({ delivery, attempt }: LoggedAttempt) {
  return {
    id: attempt.id,
    guid: delivery.guid,
    delivered_at: new Date(attempt.at).toISOString(),
    redelivery: attempt.redelivery,
    duration: attempt.durationMs / 1000,
    status: attempt.status,
    status_code: attempt.statusCode,
    event: delivery.event,
    action: delivery.action,
    installation_id: delivery.installationId,
    repository_id: delivery.repositoryId,
    throttled_at: null,
  } satisfies Schemas['hook-delivery-item'];
}

function deliveryJson(context: SandboxContext, logged: LoggedAttempt): Schemas['hook-delivery'] {
  const { delivery, attempt } = logged;
  return {
    ...itemJson(logged),
    url: context.deliveries.url ?? '',
    request: { headers: { ...delivery.headers }, payload: { ...delivery.payload } },
    response: { headers: { ...attempt.responseHeaders }, payload: attempt.responseBody },
  };
}
