import { isActedOn } from '../src/intake/events.ts';
import { judgePush } from './judge-push.ts';
import type { DemoComment, Stage } from './stage.ts';
import { EXPECTED_JOBS, EXPECTED_PUSHES } from './tour.ts';

/** One sentence for everything that did not come as it should; none: all is well. */
export function judgeDemo(stage: Stage): string[] {
  const { github, meltano } = stage.sandbox;
  const [jobs, pushes] = [meltano.jobs.length, stage.pushes.length];
  // The app was killed: what it leaves alone anyway may have met nobody.
  const failed = github.hook.deliveries.filter(
    ({ event, action, attempts }) =>
      isActedOn(event, action) && !attempts.some(({ status }) => status === 'OK'),
  );
  return [
    ...stage.pushes.flatMap((push) => judgePush(stage, push)),
    ...stage.comments.flatMap(judgeComment),
    ...judgeChecks(stage).flatMap(({ what, problem }) =>
      problem === null ? [] : [`${what}: no, ${problem}.`],
    ),
    ...(pushes === EXPECTED_PUSHES ? [] : [`${pushes} of ${EXPECTED_PUSHES} pushes were made.`]),
    ...(jobs === EXPECTED_JOBS ? [] : [`Jobs on Meltano Cloud: ${jobs} instead of ${EXPECTED_JOBS}.`]),
    ...github.refusals.map(
      ({ method, path, status, message }) => `GitHub refused ${method} ${path}: ${status} ${message}.`,
    ),
    ...failed.map(({ event, guid }) => `The app did not take the delivery ${guid} (${event}).`),
  ];
}

/** What was to be true beside the pushes and comments; `problem`: why it is not. */
export function judgeChecks(stage: Pick<Stage, 'checks'>): { what: string; problem: string | null }[] {
  return stage.checks.map(({ what, judge }) => ({ what, problem: judge() }));
}

function judgeComment({ body, expected, reactions, replies }: DemoComment): string[] {
  const [reply, ...others] = replies();
  if (reply === undefined || others.length > 0) return [`${body} has ${replies().length} replies, not one.`];
  if (reactions().join() !== expected.reaction) {
    return [`${body} has the reactions ${reactions().join()}, not ${expected.reaction}.`];
  }
  return expected.reply.test(reply) ? [] : [`The reply to ${body} is unexpected: ${reply.split('\n')[0]}`];
}
