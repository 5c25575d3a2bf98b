import { type Dispatcher, request } from 'undici';
import packageJson from '../../package.json' with { type: 'json' };
import type { Destination } from './destinations.ts';
import { PrivateAddress } from './guarded-connector.ts';
import type { NotificationEvent } from './notification-event.ts';
import { renderSlack } from './render/render-slack.ts';
import { renderTeams } from './render/render-teams.ts';
import { signWebhook } from './sign-webhook.ts';

/** One try, with DNS, TLS and the answer. */
export const TRY_MS = 10_000;
/** Only the status counts. The rest of a longer body is not read. */
const BODY_BYTES = 64 * 1024;
const GONE = 410;
const HEADERS = { 'user-agent': `meltano-deploy/${packageJson.version}` };

export type SendResult =
  | { readonly kind: 'sent' }
  /** The destination wants no more notifications. */
  | { readonly kind: 'gone' }
  /** `problem` is a clause without the address, which is a secret. */
  | { readonly kind: 'failed'; readonly problem: string }
  /** The process stops: nothing is known. */
  | { readonly kind: 'aborted' };

export interface SendPorts {
  readonly dispatcherFor: (destination: Destination) => Promise<Dispatcher>;
  /** Aborted when the process stops. */
  readonly stop: AbortSignal;
  readonly tryMs: number;
}

interface SentNotification {
  readonly eventId: string;
  readonly body: string;
}

/** Sends a notification once. `now` is the time of this try (epoch milliseconds). */
export async function sendNotification(
  ports: SendPorts,
  destination: Destination,
  notification: SentNotification,
  now: number,
): Promise<SendResult> {
  const request = renderRequest(destination, notification, now);
  const answer = await exchange(ports, destination, { ...request, method: 'POST' });
  if (answer.kind !== 'answered') return answer;
  const { status } = answer;
  if (status === GONE) return { kind: 'gone' };
  if (status >= 200 && status < 300) return { kind: 'sent' };
  return { kind: 'failed', problem: describeStatus(status) };
}

/** Asks whether a destination is reached, without a notification. Null: it answers. */
export async function probeDestination(ports: SendPorts, destination: Destination): Promise<string | null> {
  const answer = await exchange(ports, destination, { headers: HEADERS, method: 'HEAD' });
  return answer.kind === 'failed' ? answer.problem : null;
}

interface Request {
  readonly method: 'POST' | 'HEAD';
  readonly headers: Record<string, string>;
  readonly body?: string;
}

type Answer =
  | { readonly kind: 'answered'; readonly status: number }
  | Extract<SendResult, { kind: 'failed' | 'aborted' }>;

async function exchange(
  { dispatcherFor, stop, tryMs }: SendPorts,
  destination: Destination,
  sent: Request,
): Promise<Answer> {
  const timeout = AbortSignal.timeout(tryMs);
  const signal = AbortSignal.any([timeout, stop]);
  try {
    const dispatcher = await dispatcherFor(destination);
    const { statusCode, body } = await request(destination.url, { ...sent, dispatcher, signal });
    await body.dump({ limit: BODY_BYTES, signal }).catch(() => undefined);
    return { kind: 'answered', status: statusCode };
  } catch (error) {
    if (stop.aborted) return { kind: 'aborted' };
    const problem = timeout.aborted ? `it did not answer within ${tryMs / 1_000} s` : describeError(error);
    return { kind: 'failed', problem };
  }
}

function renderRequest({ format, secret }: Destination, { eventId, body }: SentNotification, now: number) {
  const headers = { ...HEADERS, 'content-type': 'application/json' };
  if (format === 'json') {
    return { body, headers: { ...headers, ...signWebhook({ id: eventId, body, now }, secret ?? '') } };
  }
  const event = JSON.parse(body) as NotificationEvent;
  return { headers, body: JSON.stringify(format === 'slack' ? renderSlack(event) : renderTeams(event)) };
}

function describeStatus(status: number): string {
  return status >= 300 && status < 400
    ? `it answered ${status}: redirects are not followed`
    : `it answered ${status}`;
}

/** Without the message, which may contain the address. */
function describeError(error: unknown): string {
  if (error instanceof PrivateAddress) {
    return 'its address is private, and private_network is not true';
  }
  const { code } = error as NodeJS.ErrnoException;
  return `no connection (${code ?? 'unknown error'})`;
}
