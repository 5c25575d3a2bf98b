import type { Server as HttpServer } from 'node:http';
import { Probot, Server } from 'probot';
import { createTimedFetch, QuietOctokit } from '../github/octokit.ts';
import type { Foundation } from './foundation.ts';

/** Probot on its own HTTP server; its Octokits are the only ones. */
export function createServer(foundation: Foundation): Server {
  const { configuration, log, dependencies, shared } = foundation;
  const { github, server } = configuration;
  return new Server({
    Probot: Probot.defaults({
      appId: github.appId,
      privateKey: github.privateKey,
      secret: github.webhookSecret,
      baseUrl: github.apiUrl,
      Octokit: QuietOctokit,
    }),
    request: {
      fetch: watchClock(
        createTimedFetch(
          (status) => dependencies.note('github', status !== null && status < 500),
          shared?.requireLease,
        ),
        foundation,
      ),
    },
    ...{ log, host: server.host, port: server.port, webhookPath: server.webhookPath },
    enableStaticFiles: false,
  });
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

/** The Probot that the server has made. */
export async function loadProbot(server: Server): Promise<Probot> {
  const { promise, resolve } = Promise.withResolvers<Probot>();
  await server.load(resolve);
  return promise;
}

/** How far GitHub's clock is from this machine's is told by each of its answers. */
function watchClock(
  inner: typeof fetch,
  { clock, githubClock }: Pick<Foundation, 'clock' | 'githubClock'>,
): typeof fetch {
  return async (input, init) => {
    const sentAt = clock.elapsed();
    const response = await inner(input, init);
    const [date, age] = ['date', 'age'].map((name) => response.headers.get(name) ?? undefined);
    githubClock.note({ date, age }, { sentAt, answeredAt: clock.elapsed() });
    return response;
  };
}
