import { randomUUID } from 'node:crypto';
import autocannon from 'autocannon';
import type { PreparedRepository } from '../world/world-messages.ts';
import { createPushSigner } from './push-payload.ts';

/** The first argument of the load generator, as JSON. */
export interface Load {
  readonly url: string;
  readonly secret: string;
  /** The repositories push in turns. */
  readonly repositories: readonly PreparedRepository[];
  readonly connections: number;
  readonly seconds: number;
  /** Deliveries a second of all connections. Default: as fast as they are answered. */
  readonly rate?: number;
}

/** Deliveries a second; latencies in milliseconds. */
export interface LoadResult {
  readonly perSecond: number;
  readonly total: number;
  readonly p50: number;
  readonly p99: number;
  readonly p999: number;
  /** Answers other than 2xx. Must be 0. */
  readonly failed: number;
}

/** Runs in its own process, so that its cost isn't counted. */
async function generateLoad({
  url,
  secret,
  repositories,
  connections,
  seconds,
  rate,
}: Load): Promise<LoadResult> {
  const signers = repositories.map((one) => createPushSigner(secret, one));
  const result = await autocannon({
    url,
    connections,
    duration: seconds,
    ...(rate === undefined ? {} : { overallRate: rate }),
    method: 'POST',
    requests: signers.map((sign) => ({
      method: 'POST',
      setupRequest: (request) => {
        const { body, signature } = sign();
        return {
          ...request,
          body,
          headers: {
            ...request.headers,
            'content-type': 'application/json',
            'user-agent': 'GitHub-Hookshot/bench',
            'x-github-event': 'push',
            'x-github-delivery': randomUUID(),
            'x-hub-signature-256': signature,
          },
        };
      },
    })),
  });
  return {
    perSecond: result.requests.average,
    total: result['2xx'],
    p50: result.latency.p50,
    p99: result.latency.p99,
    p999: result.latency.p99_9,
    failed: result.non2xx + result.errors + result.timeouts,
  };
}

const [argument] = process.argv.slice(2);
if (!argument) throw new Error('Usage: generate-load.ts <JSON>');
console.log(JSON.stringify(await generateLoad(JSON.parse(argument) as Load)));
