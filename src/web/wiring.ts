import type { Server as HttpServer } from 'node:http';
import { Probot, Server } from 'probot';
import type { ProcessContext } from '../app-context.ts';
import { createTimedFetch, QuietOctokit } from '../github/octokit.ts';
import { watchBacklog } from './backlog-metrics.ts';
import { createHomePage } from './home-page.ts';
import { createOperationsHandler, type OperationsPorts } from './operations-handler.ts';

/** Creates Probot's HTTP server with the home page, health and metrics. The app uses only its Octokits. */
export function createServer(
  context: ProcessContext,
  watched: Omit<OperationsPorts, 'clock' | 'dependencies' | 'health' | 'metrics'>,
): Server {
  const { configuration, log, clock, stores, metrics, dependencies, shared } = context;
  const { github, server: listening } = configuration;
  watchBacklog(metrics.registry, stores, clock);
  const server = new Server({
    Probot: Probot.defaults({
      appId: github.appId,
      privateKey: github.privateKey,
      secret: github.webhookSecret,
      baseUrl: github.apiUrl,
      Octokit: QuietOctokit,
    }),
    request: {
      fetch: noteDates(
        createTimedFetch(
          (status) => dependencies.note('github', status !== null && status < 500),
          shared?.requireLease,
        ),
        context,
      ),
    },
    log,
    host: listening.host,
    port: listening.port,
    webhookPath: listening.webhookPath,
    enableStaticFiles: false,
  });
  server.addHandler(
    createOperationsHandler({
      ...watched,
      clock,
      dependencies,
      health: stores,
      metrics: metrics.registry,
    }),
  );
  server.addHandler(createHomePage());
  return server;
}

/** The headers' timeout has to be longer than the keep-alive timeout. */
const HEADERS_MARGIN_MS = 5_000;

/**
 * Keeps idle connections open longer than the load balancer does. If the app closed one first, the balancer could send a
 * request on it and answer 502.
 */
export function keepConnections(server: HttpServer, seconds: number): void {
  server.keepAliveTimeout = seconds * 1_000;
  server.headersTimeout = server.keepAliveTimeout + HEADERS_MARGIN_MS;
}

/** Resolves to the Probot instance that the server creates. */
export async function loadProbot(server: Server): Promise<Probot> {
  const { promise, resolve } = Promise.withResolvers<Probot>();
  await server.load(resolve);
  return promise;
}

/** Learns the difference to GitHub's clock from each response. */
function noteDates(inner: typeof fetch, { clock, githubClock }: ProcessContext): typeof fetch {
  return async (input, init) => {
    const sentAt = clock.elapsed();
    const response = await inner(input, init);
    const [date, age] = ['date', 'age'].map((name) => response.headers.get(name) ?? undefined);
    githubClock.note({ date, age }, { sentAt, answeredAt: clock.elapsed() });
    return response;
  };
}

/** Starts the server. If it can't listen, throws an error that names the variable to change. */
export async function startListening(server: Server): ReturnType<Server['start']> {
  try {
    return await server.start();
  } catch (error) {
    const explanation = explainRefusal(error as NodeJS.ErrnoException, server);
    throw explanation ? new Error(explanation, { cause: error }) : error;
  }
}

function explainRefusal({ code }: NodeJS.ErrnoException, { host, port }: Server): string | null {
  switch (code) {
    case 'EADDRINUSE':
      return `PORT ${port} is in use by another program. Stop that program, or set another PORT.`;
    case 'EACCES':
      return `This user may not use PORT ${port}. Set a PORT above 1023.`;
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
    case 'EINVAL':
    case 'EADDRNOTAVAIL':
      return `HOST ${host} is not an address of this machine (${code}). Set HOST to 0.0.0.0, localhost, or one of its addresses.`;
    default:
      return null;
  }
}
