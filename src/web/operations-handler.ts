import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Registry } from 'prom-client';
import type { DependencyStates } from './dependency-states.ts';

export interface OperationsPorts {
  /** Rejects while the database is away. */
  readonly pingDatabase: () => Promise<unknown>;
  /** False while the process starts or stops. */
  readonly isWorking: () => boolean;
  readonly dependencies: DependencyStates;
  readonly metrics: Registry;
}

/** `/healthz`, `/readyz` and `/metrics`; resolves to false for every other path. */
export function createOperationsHandler(
  ports: OperationsPorts,
): (request: IncomingMessage, response: ServerResponse) => Promise<boolean> {
  return async (request, response) => {
    const path = request.url?.split('?', 1)[0];
    if (request.method !== 'GET' && request.method !== 'HEAD') return false;
    switch (path) {
      case '/healthz':
        sendJson(response, 200, { status: 'alive' });
        return true;
      case '/readyz':
        await sendReadiness(ports, response);
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

async function sendReadiness(ports: OperationsPorts, response: ServerResponse): Promise<void> {
  const database = await ports.pingDatabase().then(
    () => 'up',
    () => 'down',
  );
  const worker = ports.isWorking() ? 'up' : 'down';
  const ready = database === 'up' && worker === 'up';
  sendJson(response, ready ? 200 : 503, {
    status: ready ? 'ready' : 'not ready',
    database,
    worker,
    dependencies: ports.dependencies.read(),
  });
}

function sendJson(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' });
  response.end(JSON.stringify(body));
}
