import { z } from 'zod';
import type { IgnoredEvent, RerunEvent } from '../domain/delivery.ts';
import { REDEPLOY_ACTION } from '../domain/shown-check-run.ts';
import { originSchema, personSchema, readOrigin, readTime, shaSchema } from './read-origin.ts';

const askedPayload = originSchema.extend({ sender: personSchema });

export const checkRunPayload = askedPayload.extend({
  action: z.string(),
  check_run: z.object({
    id: z.int(),
    name: z.string(),
    head_sha: shaSchema,
    external_id: z.string().nullish(),
    // What an app that lost its database needs to write the run once more.
    html_url: z.string().nullish(),
    conclusion: z.string().nullish(),
    started_at: z.string().nullish(),
    completed_at: z.string().nullish(),
    output: z.object({ title: z.string().nullish() }).nullish(),
  }),
  requested_action: z.object({ identifier: z.string().nullish() }).nullish(),
});

export const checkSuitePayload = askedPayload.extend({ check_suite: z.object({ head_sha: shaSchema }) });

/** A re-run of a check run, or a press of its button. Throws a ZodError that names what is missing. */
export function readCheckRun(payload: unknown): RerunEvent | IgnoredEvent {
  const { action, check_run: run, requested_action: pressed, ...rest } = checkRunPayload.parse(payload);
  const isButton = action === 'requested_action';
  if (isButton && pressed?.identifier !== REDEPLOY_ACTION) {
    return { kind: 'ignored', ...readOrigin(rest), reason: 'foreign_check_run' };
  }
  const asked = readAsked(rest);
  if (asked.kind === 'ignored') return asked;
  return {
    ...asked,
    how: isButton ? 'button' : 'rerun',
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

/** A re-run of all check runs of a commit. Throws a ZodError that names what is missing. */
export function readCheckSuite(payload: unknown): RerunEvent | IgnoredEvent {
  const { check_suite: suite, ...rest } = checkSuitePayload.parse(payload);
  const asked = readAsked(rest);
  return asked.kind === 'ignored' ? asked : { ...asked, how: 'suite', sha: suite.head_sha, run: null };
}

type AskedRerun = Omit<RerunEvent, 'how' | 'sha' | 'run'>;

function readAsked({ sender, ...origin }: z.infer<typeof askedPayload>): AskedRerun | IgnoredEvent {
  const about = readOrigin(origin);
  // Nobody's permission can be looked at.
  if (!sender) return { kind: 'ignored', ...about, reason: 'command_refused' };
  return { kind: 'rerun', ...about, actor: sender.login, pushedAt: readTime(origin.repository.pushed_at) };
}
