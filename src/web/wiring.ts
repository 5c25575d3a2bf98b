import type { Server as HttpServer } from 'node:http';
import { Probot, Server } from 'probot';
import type { ProcessContext } from '../app-context.ts';
import { createTimedFetch, QuietOctokit } from '../github/octokit.ts';
import { watchBacklog } from './backlog-metrics.ts';
import { createHomePage } from './home-page.ts';
import { createOperationsHandler, type OperationsPorts } from './operations-handler.ts';

type Watched = Pick<OperationsPorts, 'pingDatabase' | 'workingSince'>;

/** Probot on its own HTTP server, with the home page, health and metrics. Its Octokits are the only ones. */
export function createServer(context: ProcessContext, watched: Watched): Server {
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

/** Node waits so much longer for the headers of a request than for the request (milliseconds). */
const HEADERS_LATER_MS = 5_000;

/**
 * A load balancer sends a request on a connection that it believes to be open: one that is closed in this moment is a 502.
 * So the balancer has to be the one that closes idle connections.
 */
export function keepConnections(server: HttpServer, seconds: number): void {
  server.keepAliveTimeout = seconds * 1_000;
  server.headersTimeout = server.keepAliveTimeout + HEADERS_LATER_MS;
}

/** The Probot that the server makes. */
export async function loadProbot(server: Server): Promise<Probot> {
  const { promise, resolve } = Promise.withResolvers<Probot>();
  await server.load(resolve);
  return promise;
}

/** Each answer of GitHub says how far its clock is from this machine's. */
function noteDates(inner: typeof fetch, { clock, githubClock }: ProcessContext): typeof fetch {
  return async (input, init) => {
    const sentAt = clock.elapsed();
    const response = await inner(input, init);
    const [date, age] = ['date', 'age'].map((name) => response.headers.get(name) ?? undefined);
    githubClock.note({ date, age }, { sentAt, answeredAt: clock.elapsed() });
    return response;
  };
}

/** Starts the server; where it can't listen, the error says which variable to change. */
export async function startListening(server: Server): ReturnType<Server['start']> {
  try {
    return await server.start();
  } catch (error) {
    const said = explainRefusal(error as NodeJS.ErrnoException, server);
    throw said ? new Error(said, { cause: error }) : error;
  }
}

function explainRefusal({ code }: NodeJS.ErrnoException, { host, port }: Server): string | null {
  switch (code) {
    case 'EADDRINUSE':
      return `PORT ${port} is in use by another program. Stop that one, or set PORT to another one.`;
    case 'EACCES':
      return `PORT ${port} may not be used by this user. Set PORT to one above 1023.`;
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
    case 'EINVAL':
    case 'EADDRNOTAVAIL':
      return `HOST ${host} is no address of this machine (${code}). Set HOST to 0.0.0.0, to localhost, or to an address of it.`;
    default:
      return null;
  }
}
