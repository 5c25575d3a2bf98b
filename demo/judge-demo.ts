import type { SandboxCheckRun } from '../sandbox/github/check-model.ts';
import { isActedOn } from '../src/intake/events.ts';
import { describeState } from './format.ts';
import { PLANTED_PASSWORD } from './job-scripts.ts';
import type { DemoComment, DemoPush, ExpectedAnnotation, Stage } from './stage.ts';
import { EXPECTED_JOBS, EXPECTED_PUSHES } from './tour.ts';

/** One sentence for each unexpected result. */
export function judgeDemo(stage: Stage): string[] {
  const { github, meltano } = stage.sandbox;
  const jobs = meltano.jobs.filter(({ type }) => type === 'WORKSPACE_DEPLOY').length;
  const pushes = stage.pushes.length;
  // Deliveries that the app ignores may have failed while it was killed.
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
    ...failed.map(({ event, guid }) => `The app did not accept the delivery ${guid} (${event}).`),
  ];
}

/** The results of the stage's checks. `problem` is null if the check holds. */
export function judgeChecks(stage: Stage): { what: string; problem: string | null }[] {
  return stage.checks.map(({ what, judge }) => ({ what, problem: judge() }));
}

function judgeComment({ body, expected, reactions, replies }: DemoComment): string[] {
  const [reply, ...others] = replies();
  if (reply === undefined || others.length > 0)
    return [`${body} has ${replies().length} replies instead of one.`];
  if (reactions().join() !== expected.reaction) {
    return [`${body} has the reactions ${reactions().join()} instead of ${expected.reaction}.`];
  }
  return expected.reply.test(reply) ? [] : [`The reply to ${body} is unexpected: ${reply.split('\n')[0]}`];
}

/** One sentence for each unexpected result of a push. */
export function judgePush(stage: Stage, push: DemoPush): string[] {
  const name = `${push.sha.slice(0, 7)} ("${push.message}")`;
  return [
    ...judgeRuns(stage.runsOf(push), { name, push }),
    ...judgeFileCheck(stage.fileCheckOf(push), { name, push }),
    ...judgeProjectCheck(stage.projectCheckOf(push), { name, push }),
  ];
}

type Named = { readonly name: string; readonly push: DemoPush };

function judgeRuns(runs: readonly SandboxCheckRun[], { name, push: { expected } }: Named): string[] {
  const [run] = runs;
  if (run === undefined) return [`${name} has no check run.`];
  if (runs.length > 1) return [`${name} has ${runs.length} check runs instead of one.`];
  const leaks = JSON.stringify(run.history).includes(PLANTED_PASSWORD);
  const isMarked = expected.annotation === undefined || hasOnly(run, expected.annotation);
  return [
    ...judgeEnd(run, { name, expected }),
    ...(isMarked ? [] : [`The check run of ${name} has unexpected annotations: ${describeAnnotations(run)}`]),
    ...(leaks ? [`The check run of ${name} shows the password that is in the log.`] : []),
  ];
}

function judgeFileCheck(
  run: SandboxCheckRun | undefined,
  { name: push, push: { expected } }: Named,
): string[] {
  const name = `The check run about the file of ${push}`;
  const { fileMistake } = expected;
  if (fileMistake === undefined) return run === undefined ? [] : [`${name} should not exist.`];
  if (run === undefined) return [`${name} is missing.`];
  if (run.conclusion !== 'failure') return [`${name} is ${describeState(run)} instead of failure.`];
  return hasOnly(run, fileMistake) ? [] : [`${name} has unexpected annotations: ${describeAnnotations(run)}`];
}

function judgeProjectCheck(
  run: SandboxCheckRun | undefined,
  { name: push, push: { expected } }: Named,
): string[] {
  const name = `The project check of ${push}`;
  const { projectMistake, plan } = expected;
  if (plan === undefined) return [];
  if (run === undefined) return [`${name} is missing.`];
  const isMarked = projectMistake ? hasOnly(run, projectMistake) : run.annotations.length === 0;
  if (!isMarked) return [`${name} has unexpected annotations: ${describeAnnotations(run)}`];
  const conclusion = projectMistake ? 'failure' : 'success';
  if (run.conclusion !== conclusion) return [`${name} is ${describeState(run)} instead of ${conclusion}.`];
  return plan.test(run.output.summary ?? '') ? [] : [`${name} has an unexpected plan: ${run.output.summary}`];
}

function hasOnly({ annotations }: SandboxCheckRun, { path, line, message }: ExpectedAnnotation): boolean {
  const [found, ...others] = annotations;
  const isRight = found?.path === path && found.start_line === line && message.test(found.message);
  return isRight && others.length === 0;
}

function describeAnnotations({ annotations }: SandboxCheckRun): string {
  return JSON.stringify(annotations);
}

function judgeEnd(
  run: SandboxCheckRun,
  { name, expected }: { name: string; expected: DemoPush['expected'] },
): string[] {
  const state = describeState(run);
  const title = run.output.title ?? '';
  if (state !== expected.conclusion)
    return [`The check run of ${name} is ${state} instead of ${expected.conclusion}.`];
  if (!expected.title.test(title)) return [`The check run of ${name} has an unexpected title: ${title}`];
  if (expected.conclusion === 'success' && !run.history.some(({ status }) => status === 'in_progress')) {
    return [`The check run of ${name} was never in progress.`];
  }
  if (expected.growingLog && countLogStates(run) < 2)
    return [`The log of ${name} did not grow while the job ran.`];
  return [];
}

function countLogStates({ history }: SandboxCheckRun): number {
  const running = history.filter(({ status }) => status === 'in_progress');
  return new Set(running.map(({ output }) => output.text).filter((text) => text !== null)).size;
}
