import { Probot, Server } from 'probot';
import { createTimedFetch, QuietOctokit } from '../github/octokit.ts';
import type { Foundation } from './foundation.ts';

/** Probot on its own HTTP server; its Octokits are the only ones. */
export function createServer({ configuration, log, dependencies, shared }: Foundation): Server {
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
      fetch: createTimedFetch(
        (status) => dependencies.note('github', status !== null && status < 500),
        shared?.requireLease,
      ),
    },
    ...{ log, host: server.host, port: server.port, webhookPath: server.webhookPath },
    enableStaticFiles: false,
  });
}

/** The Probot that the server has made. */
export async function loadProbot(server: Server): Promise<Probot> {
  const { promise, resolve } = Promise.withResolvers<Probot>();
  await server.load(resolve);
  return promise;
}
