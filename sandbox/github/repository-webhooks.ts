import { createHmac, randomUUID } from 'node:crypto';
import { type PushFacts, pushPayload } from './event-payloads.ts';
import type { SandboxRepository } from './model.ts';
import type { SandboxContext } from './sandbox-context.ts';
import { postWebhook } from './webhook-post.ts';

const TIMEOUT_MS = 10_000;

/** Sends a push to the webhooks of the repository, without retries, as GitHub does. */
export function sendRepositoryWebhooks(
  context: SandboxContext,
  repository: SandboxRepository,
  facts: PushFacts,
): void {
  const hooks = [...context.repositoryWebhooks].filter((one) => one.repositoryId === repository.id);
  if (hooks.length === 0) return;
  // Only events for an app name an installation.
  const { installation: _, ...payload } = pushPayload(context, repository, facts) as Record<string, unknown>;
  const body = JSON.stringify(payload);
  for (const { url, secret } of hooks) {
    const headers = {
      'content-type': 'application/json',
      'user-agent': 'GitHub-Hookshot/5a6d0b7',
      'x-github-delivery': randomUUID(),
      'x-github-event': 'push',
      'x-hub-signature': `sha1=${createHmac('sha1', secret).update(body).digest('hex')}`,
    };
    void postWebhook({ url, headers, body, timeoutMs: TIMEOUT_MS, signal: AbortSignal.timeout(TIMEOUT_MS) });
  }
}
