import { randomUUID } from 'node:crypto';
import autocannon from 'autocannon';
import type { PreparedRepository } from '../world/world-messages.ts';
import { createCheckSigner } from './check-payload.ts';
import { createPushSigner } from './push-payload.ts';

/** The first argument of the load generator, as JSON. */
export interface Load {
  readonly url: string;
  readonly secret: string;
  /** The deliveries are about them in turns. */
  readonly repositories: readonly PreparedRepository[];
  /** The action of check suites of another App. Default: pushes. */
  readonly suite?: string;
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
  suite,
}: Load): Promise<LoadResult> {
  const signers = repositories.map((one) =>
    suite === undefined ? createPushSigner(secret, one) : createCheckSigner(secret, one, suite),
  );
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
            'x-github-event': suite === undefined ? 'push' : 'check_suite',
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
