import type { SandboxCheckRun } from '../../../sandbox/github/model.ts';
import { EXPECTED_JOBS, EXPECTED_PUSHES } from './acts.ts';
import { describeState } from './format.ts';
import { PLANTED_PASSWORD } from './job-scripts.ts';
import type { DemoComment, DemoPush, Stage } from './stage.ts';

/** One sentence for everything that did not come as it should; none: all is well. */
export function judgeDemo(stage: Stage): string[] {
  const { github, meltano } = stage.sandbox;
  const jobs = meltano.jobsOf(stage.workspace).length;
  const pushes = stage.pushes.length;
  const failed = github.deliveries.filter(({ attempts }) => attempts.some(({ status }) => status !== 'OK'));
  return [
    ...stage.pushes.flatMap((push) => judgePush(push, stage.runsOf(push))),
    ...stage.pushes.flatMap((push) => judgeFileCheck(push, stage.fileCheckOf(push))),
    ...stage.comments.flatMap(judgeComment),
    ...(pushes === EXPECTED_PUSHES ? [] : [`Only ${pushes} of ${EXPECTED_PUSHES} pushes were made.`]),
    ...(jobs === EXPECTED_JOBS ? [] : [`Jobs on Meltano Cloud: ${jobs} instead of ${EXPECTED_JOBS}.`]),
    ...github.refusals.map(
      ({ method, path, status, message }) => `GitHub refused ${method} ${path}: ${status} ${message}.`,
    ),
    ...failed.map(({ event, guid }) => `The app did not take the delivery ${guid} (${event}).`),
  ];
}

function judgePush({ sha, message, expected }: DemoPush, runs: readonly SandboxCheckRun[]): string[] {
  const name = `${sha.slice(0, 7)} ("${message}")`;
  const [run] = runs;
  if (run === undefined) return [`${name} has no check run.`];
  if (runs.length > 1) return [`${name} has ${runs.length} check runs instead of one.`];
  const leaks = JSON.stringify(run.history).includes(PLANTED_PASSWORD);
  return [
    ...judgeEnd(run, { name, expected }),
    ...(leaks ? [`The check run of ${name} shows the password that the log gave away.`] : []),
  ];
}

function judgeFileCheck(
  { sha, message, expected: { annotation: expected } }: DemoPush,
  run: SandboxCheckRun | undefined,
): string[] {
  const name = `The check run about the file of ${sha.slice(0, 7)} ("${message}")`;
  if (expected === undefined) return run === undefined ? [] : [`${name} should not be there.`];
  if (run === undefined) return [`${name} is missing.`];
  if (run.conclusion !== 'failure') return [`${name} is ${describeState(run)}, not failure.`];
  const [found, ...others] = run.annotations;
  const isRight =
    found?.path === expected.path &&
    found.start_line === expected.line &&
    expected.message.test(found.message);
  return isRight && others.length === 0
    ? []
    : [`${name} has unexpected annotations: ${JSON.stringify(run.annotations)}`];
}

function judgeComment({ body, expected, reactions, replies }: DemoComment): string[] {
  const [reply, ...others] = replies();
  if (reply === undefined || others.length > 0) return [`${body} has ${replies().length} replies, not one.`];
  if (reactions().join() !== expected.reaction) {
    return [`${body} has the reactions ${reactions().join()}, not ${expected.reaction}.`];
  }
  return expected.reply.test(reply) ? [] : [`The reply to ${body} is unexpected: ${reply.split('\n')[0]}`];
}

function judgeEnd(
  run: SandboxCheckRun,
  { name, expected }: { name: string; expected: DemoPush['expected'] },
): string[] {
  const state = describeState(run);
  const title = run.output.title ?? '';
  if (state !== expected.conclusion)
    return [`The check run of ${name} is ${state}, not ${expected.conclusion}.`];
  if (!expected.title.test(title)) return [`The check run of ${name} has an unexpected title: ${title}`];
  if (expected.conclusion === 'success' && !run.history.some(({ status }) => status === 'in_progress')) {
    return [`The check run of ${name} was never in progress.`];
  }
  if (expected.growingLog && countLogStates(run) < 2)
    return [`The log of ${name} did not grow while its job ran.`];
  return [];
}

function countLogStates({ history }: SandboxCheckRun): number {
  const running = history.filter(({ status }) => status === 'in_progress');
  return new Set(running.map(({ output }) => output.text).filter((text) => text !== null)).size;
}
