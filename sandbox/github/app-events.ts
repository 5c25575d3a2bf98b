import { randomUUID } from 'node:crypto';
import type { Sent } from './delivery-log.ts';
import {
  checkRunPayload,
  checkSuitePayload,
  installationPayload,
  type PushFacts,
  pushPayload,
  repositoryEvent,
} from './event-payloads.ts';
import type { SandboxAccount, SandboxInstallation, SandboxRepository } from './model.ts';
import { installationFor, type SandboxContext } from './sandbox-context.ts';
import type { Payload } from './webhook-examples.ts';

/** The permission that each event needs. */
const NEEDED: Readonly<Record<string, string>> = {
  push: 'contents',
  check_run: 'checks',
  check_suite: 'checks',
  repository: 'metadata',
  issue_comment: 'issues',
  commit_comment: 'contents',
  pull_request: 'pull_requests',
};

export function sendPush(context: SandboxContext, repository: SandboxRepository, facts: PushFacts): Sent {
  return sendRepositoryEvent(context, repository, 'push', () => pushPayload(context, repository, facts));
}

export function sendCheckRun(
  context: SandboxContext,
  repository: SandboxRepository,
  input: Parameters<typeof checkRunPayload>[2],
): Sent {
  return sendRepositoryEvent(context, repository, 'check_run', () =>
    checkRunPayload(context, repository, input),
  );
}

export function sendCheckSuite(
  context: SandboxContext,
  repository: SandboxRepository,
  input: Parameters<typeof checkSuitePayload>[2],
): Sent {
  return sendRepositoryEvent(context, repository, 'check_suite', () =>
    checkSuitePayload(context, repository, input),
  );
}

export function sendRepositoryChange(
  context: SandboxContext,
  repository: SandboxRepository,
  input: { action: string; sender: SandboxAccount; changes?: object },
): Sent {
  const { action, sender, changes } = input;
  const fields = changes ? { changes } : {};
  return sendRepositoryEvent(context, repository, 'repository', () =>
    repositoryEvent(context, repository, { event: 'repository', action, sender, fields }),
  );
}

export function sendInstallation(
  context: SandboxContext,
  installation: SandboxInstallation,
  input: Parameters<typeof installationPayload>[2],
): Sent {
  const payload = installationPayload(context, installation, input);
  return context.deliveries.send(input.event ?? 'installation', payload);
}

/** Stands for an event that GitHub doesn't send. It isn't in the log. */
export function neverSent(): Sent {
  return {
    guid: randomUUID(),
    delivered: Promise.resolve({
      id: 0,
      at: Date.now(),
      redelivery: false,
      statusCode: 0,
      status: 'never sent',
      durationMs: 0,
      responseHeaders: {},
      responseBody: '',
    }),
  };
}

/** Sends an event, unless the app isn't installed or may not get it. */
export function sendRepositoryEvent(
  context: SandboxContext,
  repository: SandboxRepository,
  event: string,
  build: () => Payload,
): Sent {
  const installation = installationFor(context, repository);
  const needed = NEEDED[event] ?? 'metadata';
  const isHeard = needed in context.permissions && context.events.includes(event);
  if (!installation || installation.suspendedAt !== null || !isHeard) return neverSent();
  return context.deliveries.send(event, build());
}
