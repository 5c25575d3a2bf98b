import type { Deployment } from '../../domain/deployment.ts';
import { describeAwaitedAttempt } from '../../domain/job-attempts.ts';
import { isOutageProblem } from '../../domain/outage.ts';
import { cleanInlineText, sliceWhole } from '../../logs/clean-log-line.ts';
import type { CheckRunView } from './check-run-view.ts';
import { measureRun, shortenSha, showableLog, splitProblem } from './describe-deployment.ts';
import { describeEnd, PLAIN_WORDING } from './describe-end.ts';
import { describeHold } from './describe-hold.ts';
import { describeSettling } from './describe-pipelines.ts';
import { describeVerification } from './describe-verification.ts';
import { describeFirstTry } from './explain-first-try.ts';
import { formatDuration } from './format-numbers.ts';

/** The line in a commit's list of checks; not Markdown. Only this depends on `view.now`. */
export function renderTitle(view: CheckRunView): string {
  return formatTitle(chooseTitle(view));
}

function chooseTitle(view: CheckRunView): string {
  const { deployment } = view;
  if (deployment.state === 'concluded') return titleConcluded(view);
  if (deployment.state === 'settling') return titleSettling(view);
  return addWithdrawal(titleNow(view), deployment);
}

function titleSettling(view: CheckRunView): string {
  const { deployment } = view;
  const run = measureRun(deployment);
  const verifying = describeVerification(view);
  if (verifying === null) return describeSettling(deployment, run);
  return `Deployed${run === null ? '' : ` in ${formatDuration(run)}`}; ${verifying}`;
}

function titleNow(view: CheckRunView): string {
  const { deployment } = view;
  if (deployment.firstTry !== null && deployment.state !== 'running') return titleSecondStart(view);
  if (deployment.state === 'running') return addProblem(titleRunning(view), deployment);
  if (deployment.state !== 'queued') return titleStart(view);
  return addProblem(deployment.problem === null ? 'Queued on Meltano Cloud' : 'Queued', deployment);
}

function titleSecondStart(view: CheckRunView): string {
  const { problem, state } = view.deployment;
  const first = describeFirstTry(view);
  if (problem === null) return `${first}; trying again`;
  const now = state === 'queued' ? addProblem('queued', view.deployment) : titleStart(view);
  return `${first}; ${now.charAt(0).toLowerCase()}${now.slice(1)}`;
}

function titleStart({ deployment, waitsFor }: CheckRunView): string {
  if (waitsFor === 'another repository') return 'Waiting for another deployment of this workspace';
  if (waitsFor !== null) return `Waiting for ${shortenSha(waitsFor.sha)}, which is being deployed`;
  if (deployment.hold !== null) return describeHold(deployment.hold, PLAIN_WORDING);
  if (deployment.problem === null) return 'Starting on Meltano Cloud';
  const { what } = splitProblem(deployment.problem);
  if (!what.startsWith('Meltano Cloud ') || isOutageProblem(what)) return `Waiting: ${what}`;
  const { attemptOutcome } = deployment;
  const next =
    attemptOutcome === 'lost' || attemptOutcome === 'unreadable' ? 'looking for the job' : 'trying again';
  return `Waiting for Meltano Cloud: it ${what.slice('Meltano Cloud '.length)}; ${next}`;
}

function titleRunning({ deployment, now }: CheckRunView): string {
  const awaited = describeAwaitedAttempt(deployment.attempts);
  if (awaited !== null) return awaited;
  const since = deployment.jobStartedAt ?? deployment.acceptedAt;
  const what = deployment.firstTry === null ? 'Running' : '2nd try running';
  const running = since === null ? what : `${what} for ${formatDuration(now - since)}`;
  const { jobStatus } = deployment;
  if (jobStatus === null || jobStatus === 'RUNNING') return running;
  return `${running} (status ${cutStatus(jobStatus)})`;
}

function cutStatus(status: string): string {
  return status.length <= LONGEST_STATUS ? status : `${sliceWhole(status, LONGEST_STATUS - 1)}…`;
}

/** A problem with watching the job doesn't stop it. */
function addProblem(title: string, { problem }: Deployment): string {
  return problem === null ? title : `${title}; ${splitProblem(problem).what}: trying again`;
}

function titleConcluded(view: CheckRunView): string {
  const { deployment, supersededBy, startTimeoutMinutes, deployTimeoutMinutes } = view;
  const error = showableLog(view)?.firstError?.message ?? null;
  const facts = { supersededBy, error, startTimeoutMinutes, deployTimeoutMinutes };
  return describeVerification(view) ?? describeEnd(deployment, facts, PLAIN_WORDING);
}

/** A withdrawal stays pending until the job ends. */
function addWithdrawal(title: string, { withdrawnBy }: Deployment): string {
  return withdrawnBy === null ? title : `${title}; being withdrawn by ${PLAIN_WORDING.person(withdrawnBy)}`;
}

const LONGEST_STATUS = 40;
const LONGEST_TITLE = 255;

/** The title of a check run: one line, cut; not Markdown. */
export function formatTitle(text: string): string {
  const title = cleanInlineText(text);
  return title.length <= LONGEST_TITLE ? title : `${sliceWhole(title, LONGEST_TITLE - 1)}…`;
}
