import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Registry } from 'prom-client';
import type { ServiceStates } from './dependency-states.ts';
import { createReadiness, type Readiness, type ReadinessPorts } from './readiness.ts';

export interface OperationsPorts extends ReadinessPorts {
  readonly metrics: Registry;
}

/** Handles `/healthz`, `/readyz` and `/metrics`. Resolves to false for every other path. */
export function createOperationsHandler(
  ports: OperationsPorts,
): (request: IncomingMessage, response: ServerResponse) => Promise<boolean> {
  const readReadiness = createReadiness(ports);
  return async (request, response) => {
    const path = request.url?.split('?', 1)[0];
    if (request.method !== 'GET' && request.method !== 'HEAD') return false;
    switch (path) {
      case '/healthz':
        sendJson(response, 200, { status: 'alive' });
        return true;
      case '/readyz':
        sendReadiness(response, await readReadiness(), ports.dependencies.read());
        return true;
      case '/metrics': {
        const text = await ports.metrics.metrics();
        response.writeHead(200, { 'content-type': ports.metrics.contentType }).end(text);
        return true;
      }
      default:
        return false;
    }
  };
}

function sendReadiness(response: ServerResponse, readiness: Readiness, dependencies: ServiceStates): void {
  const isReady = readiness.problems.length === 0;
  sendJson(response, isReady ? 200 : 503, {
    status: isReady ? 'ready' : 'not ready',
    ...readiness,
    dependencies,
  });
}

function sendJson(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' });
  response.end(JSON.stringify(body));
}
