import { createHmac, randomUUID } from 'node:crypto';
import { setMaxListeners } from 'node:events';
import type { ChangeSignal } from '../http/change-signal.ts';
import { postWebhook } from './webhook-post.ts';

export interface DeliveryAttempt {
  readonly id: number;
  /** When it began. */
  readonly at: number;
  readonly redelivery: boolean;
  /** 0 when there was no answer. */
  readonly statusCode: number;
  /** GitHub's word for the outcome: `OK` only for a 2xx. */
  readonly status: string;
  readonly durationMs: number;
  readonly responseHeaders: Readonly<Record<string, unknown>>;
  readonly responseBody: string;
}

export interface Delivery {
  readonly guid: string;
  readonly event: string;
  readonly action: string | null;
  readonly installationId: number | null;
  readonly repositoryId: number | null;
  readonly headers: Readonly<Record<string, string>>;
  readonly payload: Readonly<Record<string, unknown>>;
  /** The exact text that is signed and sent. */
  readonly body: string;
  readonly createdAt: number;
  /** The attempts that have ended, oldest first. */
  readonly attempts: DeliveryAttempt[];
}

export interface Sent {
  readonly guid: string;
  /** Never rejects: a connection that fails is an attempt with status code 0. */
  readonly delivered: Promise<DeliveryAttempt>;
}

/** The settings of the webhook that the app's owner chooses. */
export interface HookSettings {
  /** Null: deliveries are not signed. */
  secret: string | null;
  contentType: 'json' | 'form';
  /** True: GitHub doesn't verify the certificate. */
  insecureSsl: boolean;
}

export interface DeliveryLogOptions {
  secret: string;
  appId: number;
  timeoutMs: number;
  nextId: () => number;
  signal: ChangeSignal;
}

/** The app's webhook: signs and sends events, and logs the attempts. Like GitHub, it never retries by itself. */
export class DeliveryLog {
  /** Null: every attempt fails. */
  url: string | null = null;
  /** GitHub's log lists an attempt only some time after its end. */
  lagMs = 0;
  readonly deliveries: Delivery[] = [];
  readonly hookId: number;
  readonly settings: HookSettings;
  readonly #options: DeliveryLogOptions;
  #stop = new AbortController();

  constructor(options: DeliveryLogOptions) {
    this.#options = options;
    this.hookId = 500_000_000 + options.appId;
    this.settings = { secret: options.secret, contentType: 'json', insecureSsl: false };
    setMaxListeners(0, this.#stop.signal);
  }

  send(event: string, payload: object, guid: string = randomUUID()): Sent {
    const json = JSON.stringify(payload);
    const copy: Record<string, unknown> = JSON.parse(json);
    const body = this.settings.contentType === 'json' ? json : String(new URLSearchParams({ payload: json }));
    const { action } = copy;
    const delivery: Delivery = {
      guid,
      event,
      action: typeof action === 'string' ? action : null,
      installationId: readId(copy, 'installation'),
      repositoryId: readId(copy, 'repository'),
      headers: this.#headers(event, guid, body),
      payload: copy,
      body,
      createdAt: Date.now(),
      attempts: [],
    };
    this.deliveries.push(delivery);
    return { guid, delivered: this.#attempt(delivery, false) };
  }

  /** Sends a logged delivery, or the one with this GUID, again under its GUID. */
  async redeliver(delivery: Delivery | string): Promise<DeliveryAttempt> {
    const found =
      typeof delivery === 'string' ? this.deliveries.find(({ guid }) => guid === delivery) : delivery;
    if (!found) throw new Error(`There is no delivery ${delivery}`);
    return this.#attempt(found, true);
  }

  /** Aborts the attempts that are under way. They count as failed. */
  stop(): void {
    this.#stop.abort();
    this.#stop = new AbortController();
    setMaxListeners(0, this.#stop.signal);
  }

  async #attempt(delivery: Delivery, redelivery: boolean): Promise<DeliveryAttempt> {
    const at = Date.now();
    const outcome = await postWebhook({
      url: this.url,
      headers: delivery.headers,
      body: delivery.body,
      timeoutMs: this.#options.timeoutMs,
      signal: this.#stop.signal,
    });
    const attempt = { id: this.#options.nextId(), at, redelivery, ...outcome, durationMs: Date.now() - at };
    delivery.attempts.push(attempt);
    this.#options.signal.notify();
    return attempt;
  }

  #headers(event: string, guid: string, body: string): Record<string, string> {
    const { appId } = this.#options;
    const { secret, contentType } = this.settings;
    const sign = (algorithm: string, key: string) => createHmac(algorithm, key).update(body).digest('hex');
    return {
      accept: '*/*',
      'content-type': contentType === 'json' ? 'application/json' : 'application/x-www-form-urlencoded',
      'user-agent': 'GitHub-Hookshot/5a6d0b7',
      'x-github-delivery': guid,
      'x-github-event': event,
      'x-github-hook-id': String(this.hookId),
      'x-github-hook-installation-target-id': String(appId),
      'x-github-hook-installation-target-type': 'integration',
      ...(secret === null
        ? {}
        : {
            'x-hub-signature': `sha1=${sign('sha1', secret)}`,
            'x-hub-signature-256': `sha256=${sign('sha256', secret)}`,
          }),
    };
  }
}

function readId(payload: Record<string, unknown>, key: string): number | null {
  const value = payload[key];
  if (typeof value !== 'object' || value === null || !('id' in value)) return null;
  return typeof value.id === 'number' ? value.id : null;
}
