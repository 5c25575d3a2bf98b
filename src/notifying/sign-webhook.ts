import { createHmac } from 'node:crypto';

interface SignedMessage {
  readonly id: string;
  readonly body: string;
  /** When this try is sent (epoch milliseconds). */
  readonly now: number;
}

/** The headers of the Standard Webhooks specification, with a symmetric signature. `secret` begins with `whsec_`. */
export function signWebhook({ id, body, now }: SignedMessage, secret: string): Record<string, string> {
  const timestamp = Math.floor(now / 1_000);
  const key = Buffer.from(secret.slice('whsec_'.length), 'base64');
  const signature = createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64');
  return {
    'webhook-id': id,
    'webhook-timestamp': String(timestamp),
    'webhook-signature': `v1,${signature}`,
  };
}
