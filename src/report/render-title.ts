import type { Deployment } from '../domain/deployment.ts';
import { REASON_CODES } from '../domain/reason-codes.ts';
import type { CheckRunView } from './check-run-view.ts';
import { cleanInlineText, sliceWhole } from './clean-log-line.ts';
import { measureRun, shortenSha, showableLog, splitProblem } from './describe-deployment.ts';
import { formatDuration } from './format-duration.ts';

const LONGEST_TITLE = 255;

/** The one line that a commit's list of checks shows; not Markdown. Only here `view.now` matters. */
export function renderTitle(view: CheckRunView): string {
  const title = cleanInlineText(chooseTitle(view));
  return title.length <= LONGEST_TITLE ? title : `${sliceWhole(title, LONGEST_TITLE - 1)}…`;
}

function chooseTitle(view: CheckRunView): string {
  const { deployment } = view;
  switch (deployment.state) {
    case 'waiting':
    case 'starting':
      return titleStart(view);
    case 'queued':
      return addProblem(deployment.problem === null ? 'Queued on Meltano Cloud' : 'Queued', deployment);
    case 'running':
      return addProblem(titleRunning(view), deployment);
    case 'concluded':
      return titleConcluded(view);
  }
}

function titleStart({ deployment, waitsFor }: CheckRunView): string {
  if (waitsFor !== null) return `Waiting for ${shortenSha(waitsFor.sha)}, which is being deployed`;
  if (deployment.problem === null) return 'Starting on Meltano Cloud';
  const { what } = splitProblem(deployment.problem);
  if (!what.startsWith('Meltano Cloud ')) return `Waiting: ${what}`;
  const { attemptOutcome } = deployment;
  const next =
    attemptOutcome === 'lost' || attemptOutcome === 'unreadable' ? 'looking for the job' : 'trying again';
  return `Waiting for Meltano Cloud: it ${what.slice('Meltano Cloud '.length)}; ${next}`;
}

function titleRunning({ deployment, now }: CheckRunView): string {
  const since = deployment.jobStartedAt ?? deployment.acceptedAt;
  const running = since === null ? 'Running' : `Running for ${formatDuration(now - since)}`;
  const { jobStatus } = deployment;
  if (jobStatus === null || jobStatus === 'RUNNING') return running;
  return `${running} (status ${sliceWhole(jobStatus, 40)})`;
}

/** What goes wrong while the job is watched doesn't stop the job. */
function addProblem(title: string, { problem }: Deployment): string {
  return problem === null ? title : `${title}; ${splitProblem(problem).what}: trying again`;
}

function titleConcluded(view: CheckRunView): string {
  const { deployment } = view;
  const what = deployment.problem === null ? null : splitProblem(deployment.problem).what;
  const run = measureRun(deployment);
  switch (deployment.reason) {
    case 'job_complete':
      return run === null ? 'Deployed' : `Deployed in ${formatDuration(run)}`;
    case 'job_error':
      return joinDetail(`Failed${after(run)}`, showableLog(view)?.firstError?.message ?? null);
    case 'job_stopped':
      return `Stopped on Meltano Cloud${run === null ? ' before it ran' : after(run)}`;
    case 'job_deleted':
      return `Deleted on Meltano Cloud${run === null ? ' before it ran' : after(run)}`;
    case 'superseded':
      return `Superseded by ${view.supersededBy === null ? 'a newer deployment' : shortenSha(view.supersededBy.sha)}`;
    case 'loop_brake':
      return `Looks like a loop: 11th deployment in 15 min from pushes by ${deployment.requestedBy}; redeploy to go on`;
    case 'no_longer_tracked':
      return joinDetail('No longer tracked', what ?? 'the workspace uses another repository or branch now');
    case 'paths_unchanged':
      return joinDetail('Nothing to deploy', what ?? 'nothing in the directory of the workspace changed');
    case 'overtaken_while_away':
      return 'Overtaken while the app was away';
    case 'start_refused':
      return joinDetail('Could not start', what);
    case 'start_timeout':
      return joinDetail(`Could not start within ${view.startTimeoutMinutes} min`, what);
    case 'start_unreadable':
      return joinDetail('Could not start', what ?? "Meltano Cloud's answer could not be read");
    case 'watch_timeout':
      return `Still ${run === null ? 'queued' : 'running'} after ${view.deployTimeoutMinutes} min: no longer watched`;
    case 'watch_refused':
      return joinDetail('No longer watched', what);
    default:
      return `Not deployed: ${REASON_CODES[deployment.reason]}`;
  }
}

function after(run: number | null): string {
  return run === null ? '' : ` after ${formatDuration(run)}`;
}

function joinDetail(title: string, detail: string | null): string {
  return detail === null ? title : `${title}: ${detail}`;
}
