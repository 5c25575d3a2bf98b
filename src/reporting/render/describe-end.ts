import type { Deployment } from '../../domain/deployment.ts';
import { REASON_CODES } from '../../domain/reason-codes.ts';
import type { OtherDeployment } from './check-run-view.ts';
import { measureRun, shortenSha, splitProblem } from './describe-deployment.ts';
import { describeDeployed, ON_SECOND_TRY } from './describe-pipelines.ts';
import { formatDuration } from './format-numbers.ts';

/** The facts for `describeEnd` that the deployment doesn't hold. */
export interface EndFacts {
  readonly supersededBy: OtherDeployment | null;
  /** The error that ended the job, if it may be shown. */
  readonly error: string | null;
  /** The time limits in minutes; null if unknown. */
  readonly startTimeoutMinutes: number | null;
  readonly deployTimeoutMinutes: number | null;
}

/**
 * How a concluded deployment ended, in a few words: the title of its check run, its state in a reply, and the description of
 * its GitHub Deployment.
 */
export function describeEnd(deployment: Deployment, facts: EndFacts, wording: Wording): string {
  const what = deployment.problem === null ? null : wording.quote(splitProblem(deployment.problem).what);
  const run = measureRun(deployment);
  switch (deployment.reason) {
    case 'job_complete':
    case 'pipelines_failed':
      return describeDeployed(deployment, run, wording);
    case 'verification_failed':
      return 'Deployed, but pipelines failed their verification';
    case 'job_error':
      return joinDetail(
        `Failed${after(run)}${deployment.firstTry === null ? '' : ON_SECOND_TRY}`,
        facts.error === null ? null : wording.quote(facts.error),
      );
    case 'job_stopped':
      return `Stopped on Meltano Cloud${run === null ? ' before it ran' : after(run)}`;
    case 'job_deleted':
      return `Deleted on Meltano Cloud${run === null ? ' before it ran' : after(run)}`;
    case 'withdrawn':
      return `Withdrawn${by(deployment.withdrawnBy, wording)}${run === null ? beforeStart(deployment) : after(run)}`;
    case 'superseded':
      return `Superseded by ${facts.supersededBy === null ? 'a newer deployment' : wording.commit(facts.supersededBy)}`;
    case 'loop_brake':
      return `Looks like a loop: 11th deployment in 15 min from pushes by ${wording.quote(deployment.requestedBy)}; press Redeploy to continue`;
    case 'no_longer_tracked':
      return joinDetail('No longer tracked', what ?? 'the workspace uses another repository or branch now');
    case 'paths_unchanged':
      return joinDetail('Nothing to deploy', what ?? 'nothing in the directory of the workspace changed');
    case 'overtaken_while_away':
      return 'Superseded while the app was offline';
    case 'start_refused':
      return joinDetail('Could not start', what);
    case 'secret_refused':
      return "Could not start: the deployment secret doesn't match the workspace's";
    case 'start_impossible':
      return joinDetail('Could not start', what);
    case 'start_timeout':
      return joinDetail(`Could not start ${within(facts.startTimeoutMinutes)}`, what);
    case 'start_unreadable':
      return joinDetail('Could not start', what ?? "Meltano Cloud's answer could not be read");
    case 'watch_timeout':
      return describeWatchEnd(what, run, facts);
    case 'watch_refused':
      return joinDetail('No longer watched', what);
    case 'read_from_check_run':
      // The title of its check run is all that the app knows.
      return deployment.problem === null ? 'Ended' : wording.quote(deployment.problem);
    default:
      return describeSkip(deployment, wording);
  }
}

/** Pushes that a rule of their repository skipped. The problem is the word that decided, from outside. */
function describeSkip(deployment: Deployment, wording: Wording): string {
  const { reason, problem } = deployment;
  const word = problem === null ? null : wording.quote(problem);
  switch (reason) {
    case 'skip_token':
      return `Skipped: the commit message ${word === null ? 'asks for it' : `says ${word}`}`;
    case 'push_off':
      return 'Skipped: on_push is false for this workspace';
    case 'ignored_sender':
      return `Skipped: pushes by ${word ?? 'this sender'} are ignored`;
    case 'order_failed':
    case 'order_missing':
    case 'checks_failed':
    case 'checks_missing':
      return word ?? REASON_CODES[reason];
    case 'approval_needed':
      return describeUnapproved(deployment);
    case 'approval_expired':
      return 'Approval expired after 7 days; push or /redeploy';
    case 'held_too_long':
      return `Not started within 7 days: ${word ?? REASON_CODES[reason]}`;
    case 'project_error':
      return `Skipped: ${word ?? REASON_CODES[reason]}`;
    case 'nothing_changed':
      return `Skipped: ${word === null ? REASON_CODES[reason] : `nothing changed since ${word}`}`;
    case 'paths_unmatched':
      return `Skipped: ${word === null ? 'no changed file passes the path filters' : `nothing changed in ${word}`}`;
    default:
      return `Not deployed: ${REASON_CODES[reason]}`;
  }
}

function describeUnapproved({ armedUntil, supersededBy }: Deployment): string {
  if (armedUntil !== null) return 'Waiting for approval: press Deploy';
  return supersededBy === null ? 'Not approved: the branch has moved' : 'Approved: see the new check run';
}

function describeWatchEnd(what: string | null, run: number | null, facts: EndFacts): string {
  const minutes = afterMinutes(facts.deployTimeoutMinutes);
  if (what !== null) return `No longer watched${minutes}: ${what}`;
  return `Still ${run === null ? 'queued' : 'running'}${minutes}: no longer watched`;
}

function after(run: number | null): string {
  return run === null ? '' : ` after ${formatDuration(run)}`;
}

function beforeStart({ firstTry }: Deployment): string {
  return firstTry === null ? ' before it started' : ' before the 2nd try';
}

function by(login: string | null, { person }: Wording): string {
  return login === null ? '' : ` by ${person(login)}`;
}

function within(minutes: number | null): string {
  return minutes === null ? 'in time' : `within ${minutes} min`;
}

function afterMinutes(minutes: number | null): string {
  return minutes === null ? '' : ` after ${minutes} min`;
}

function joinDetail(title: string, detail: string | null): string {
  return detail === null ? title : `${title}: ${detail}`;
}

/** How outside text is quoted: unchanged in a title, as code and links in Markdown. */
export interface Wording {
  quote(text: string): string;
  person(login: string): string;
  /** A deployment, named by its commit. */
  commit(other: OtherDeployment): string;
}

/** For titles, which GitHub shows as plain text. */
export const PLAIN_WORDING: Wording = {
  quote: (text) => text,
  person: (login) => `@${login}`,
  commit: ({ sha }) => shortenSha(sha),
};
