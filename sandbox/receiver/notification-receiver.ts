import { Webhook } from 'standardwebhooks';
import { HttpService, type ServiceAnswer, type ServiceRequest } from '../http/http-service.ts';
import { findCardProblem, findSlackProblem } from './chat-rules.ts';

type Format = 'json' | 'slack' | 'teams';

/** A message that was accepted. */
export interface ReceivedMessage {
  readonly path: string;
  readonly format: Format;
  /** The id of the event; null for chats. */
  readonly id: string | null;
  readonly body: Record<string, unknown>;
}

const SECRET = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
const MAX_BODY = 28 * 1024;

/**
 * Receives notifications as strictly as the real services: `POST /json/<name>` verifies the signature as the Standard
 * Webhooks specification says, `/slack/<name>` and `/teams/<name>` take what those chats take.
 */
export class NotificationReceiver {
  readonly service = new HttpService({ notFound: () => ({ status: 404, body: 'no_service' }) });
  readonly received: ReceivedMessage[] = [];
  /** The reasons of all refusals. */
  readonly refusals: string[] = [];
  /** The secret that signs messages to `/json/…`. */
  readonly secret = SECRET;

  constructor() {
    this.service.add(
      ...(['json', 'slack', 'teams'] as const).map((format) => ({
        method: 'POST',
        pattern: new RegExp(`^/${format}/(?<name>[^/]+)$`),
        handle: (request: ServiceRequest) => this.#receive(format, request),
      })),
    );
  }

  start(): Promise<void> {
    return this.service.start();
  }

  stop(): Promise<void> {
    return this.service.stop();
  }

  url(format: Format, name = 'team'): string {
    return `${this.service.origin}/${format}/${name}`;
  }

  /** The accepted messages of one destination. */
  messages(format: Format, name = 'team'): ReceivedMessage[] {
    return this.received.filter(({ path }) => path === `/${format}/${name}`);
  }

  #receive(format: Format, request: ServiceRequest): ServiceAnswer {
    const problem = findRequestProblem(request) ?? this.#findProblem(format, request);
    if (problem !== null) {
      this.refusals.push(`${format}: ${problem}`);
      return { status: 400, body: problem };
    }
    const body = JSON.parse(request.body.toString()) as Record<string, unknown>;
    const id = request.headers['webhook-id'];
    this.received.push({ format, path: request.path, id: typeof id === 'string' ? id : null, body });
    return format === 'teams' ? { status: 202 } : { status: 200, body: 'ok' };
  }

  #findProblem(format: Format, { headers, body }: ServiceRequest): string | null {
    const text = body.toString();
    if (format === 'slack') return findSlackProblem(JSON.parse(text));
    if (format === 'teams') return findCardProblem(JSON.parse(text));
    return findSignatureProblem(this.secret, text, headers);
  }
}

function findRequestProblem({ headers, body }: ServiceRequest): string | null {
  if (headers['content-type'] !== 'application/json') return 'the content type is not application/json';
  if (body.length > MAX_BODY) return 'the body is too large';
  try {
    JSON.parse(body.toString());
    return null;
  } catch {
    return 'invalid_payload';
  }
}

function findSignatureProblem(
  secret: string,
  text: string,
  headers: ServiceRequest['headers'],
): string | null {
  const read = (name: string) => String(headers[name] ?? '');
  try {
    const signed = new Webhook(secret).verify(text, {
      'webhook-id': read('webhook-id'),
      'webhook-timestamp': read('webhook-timestamp'),
      'webhook-signature': read('webhook-signature'),
    });
    const keys = Object.keys(signed as object).join();
    return keys === 'type,timestamp,data' ? null : `the body has the keys ${keys}`;
  } catch (error) {
    return String(error);
  }
}
