import { z } from 'zod';
import type { IgnoredEvent, RerunEvent } from '../domain/delivery.ts';
import { APPROVE_ACTION, DEPLOY_ACTION, REDEPLOY_ACTION } from '../domain/shown-check-run.ts';
import { isBot, originSchema, personSchema, readOrigin, readTime, shaSchema } from './read-origin.ts';

const requestPayload = originSchema.extend({ sender: personSchema });

export const checkRunPayload = requestPayload.extend({
  action: z.string(),
  check_run: z.object({
    id: z.int(),
    name: z.string(),
    head_sha: shaSchema,
    external_id: z.string().nullish(),
    // After a lost database, the app needs these fields to write the check run again.
    html_url: z.string().nullish(),
    conclusion: z.string().nullish(),
    started_at: z.string().nullish(),
    completed_at: z.string().nullish(),
    output: z.object({ title: z.string().nullish() }).nullish(),
  }),
  requested_action: z.object({ identifier: z.string().nullish() }).nullish(),
});

export const checkSuitePayload = requestPayload.extend({ check_suite: z.object({ head_sha: shaSchema }) });

const BUTTONS: ReadonlyMap<string, 'button' | 'approve'> = new Map([
  [REDEPLOY_ACTION, 'button'],
  [DEPLOY_ACTION, 'button'],
  [APPROVE_ACTION, 'approve'],
]);

/** Reads a re-run of a check run, or a press of its button. Throws a `ZodError` for an invalid payload. */
export function readCheckRun(payload: unknown): RerunEvent | IgnoredEvent {
  const { action, check_run: run, requested_action: pressed, ...rest } = checkRunPayload.parse(payload);
  const isButton = action === 'requested_action';
  const isForced = pressed?.identifier === DEPLOY_ACTION;
  const button = BUTTONS.get(pressed?.identifier ?? '');
  if (isButton && !button) {
    return { kind: 'ignored', ...readOrigin(rest), reason: 'foreign_check_run' };
  }
  const request = readRequest(rest);
  if (request.kind === 'ignored') return request;
  return {
    ...request,
    how: (isButton && button) || 'rerun',
    ...(isForced && { force: true }),
    sha: run.head_sha,
    run: {
      id: run.id,
      url: run.html_url ?? null,
      name: run.name,
      externalId: run.external_id ?? null,
      conclusion: run.conclusion ?? null,
      title: run.output?.title ?? null,
      startedAt: readTime(run.started_at),
      completedAt: readTime(run.completed_at),
    },
  };
}

/** Reads a re-run of all check runs of a commit. Throws a `ZodError` for an invalid payload. */
export function readCheckSuite(payload: unknown): RerunEvent | IgnoredEvent {
  const { check_suite: suite, ...rest } = checkSuitePayload.parse(payload);
  const request = readRequest(rest);
  return request.kind === 'ignored' ? request : { ...request, how: 'suite', sha: suite.head_sha, run: null };
}

type RerunRequest = Omit<RerunEvent, 'how' | 'force' | 'sha' | 'run'>;

function readRequest({ sender, ...origin }: z.infer<typeof requestPayload>): RerunRequest | IgnoredEvent {
  const about = readOrigin(origin);
  // Without a sender, the app can't check the permission.
  if (!sender) return { kind: 'ignored', ...about, reason: 'command_refused' };
  return {
    kind: 'rerun',
    ...about,
    actor: sender.login,
    ...(isBot(sender) && { actorIsBot: true }),
    pushedAt: readTime(origin.repository.pushed_at),
  };
}
