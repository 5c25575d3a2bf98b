import type { Deployment } from '../../domain/deployment.ts';
import type { ReasonCode } from '../../domain/reason-codes.ts';
import type { CheckRunView } from './check-run-view.ts';
import {
  formatCommitUrl,
  measureRun,
  readAnsweredStatus,
  shortenSha,
  showableLog,
} from './describe-deployment.ts';
import { adviseOnError, describeError } from './describe-error.ts';
import { adviseOnVerification, explainVerification } from './describe-verification.ts';
import { formatCode, formatLink } from './escape-markdown.ts';
import { explainApproval } from './explain-approval.ts';
import { adviseOnPipelines, explainPipelines } from './explain-pipelines.ts';
import { formatCount, formatDuration } from './format-numbers.ts';
import { linkCommit, linkPredecessor, linkProjectCheck } from './github-links.ts';

export const REDEPLOY = 'press Redeploy here, or write `/redeploy` in a comment';
const AGAIN = `then ${REDEPLOY}`;
const FILE = "The repository's configuration (`.github/meltano-deploy.yml`), or the operator of this app,";
const FORCE =
  'Someone with the Maintain role or higher can deploy anyway: press Deploy here, or write `/redeploy --force` in a comment.';
const LATER = `Its changes are deployed with the next push that isn't skipped. To deploy them now, ${REDEPLOY}.`;

interface End {
  readonly view: CheckRunView;
  readonly deployment: Deployment;
  /** The problem in parentheses, after a space; empty if there is none. */
  readonly problem: string;
  /** A link to the workspace on Meltano Cloud. */
  readonly page: string;
}

/** What happened, and what to do: paragraphs of Markdown. */
const EXPLANATIONS: Readonly<Partial<Record<ReasonCode, (end: End) => readonly string[]>>> = {
  job_complete: ({ view, deployment }) => [
    explainLateCancellation(deployment),
    ...explainPipelines(view),
    ...explainVerification(view),
  ],
  pipelines_failed: ({ view, deployment }) => [
    ...explainPipelines(view),
    ...explainVerification(view),
    explainLateCancellation(deployment),
    adviseOnPipelines(view),
  ],
  verification_failed: ({ view, deployment }) => [
    ...explainVerification(view),
    ...explainPipelines(view),
    explainLateCancellation(deployment),
    adviseOnVerification(view),
  ],
  withdrawn: ({ deployment }) => [explainCancellation(deployment)],
  job_error: ({ view }) => explainFailure(view),
  job_stopped: ({ page }) => [
    `The job was stopped on ${page}, by a person or because it exceeded the time limit there.`,
  ],
  job_deleted: ({ page }) => [
    `The job and its log were deleted on ${page}. It is unknown what the job did before that.`,
  ],
  superseded: ({ view }) => [explainSuperseded(view)],
  loop_brake: ({ deployment }) => [
    `This would have been the 11th deployment of the workspace within 15 min from pushes by ${formatCode(deployment.requestedBy)}. ` +
      'This looks like a job that pushes to its own branch and so starts the next deployment, so the app held it. Find out what pushes. ' +
      "To continue, anyone who can write to the repository can press Redeploy here, or write `/redeploy` in a comment. Other people's pushes are deployed as usual.",
  ],
  overtaken_while_away: () => [
    'The app received this push late, and the branch had moved by then. Meltano Cloud always deploys the head of the branch, so the newer commit counts.',
  ],
  no_longer_tracked: explainChangedWorkspace,
  paths_unchanged: explainChangedWorkspace,
  nothing_changed: ({ problem }) => [
    `While this deployment waited, another one deployed the same files${problem}: it took the head of the branch, which had moved by then. To deploy again, ${REDEPLOY}.`,
  ],
  skip_token: ({ problem }) => [
    `The message of the head commit asks the app to skip this push${problem}. ${LATER}`,
  ],
  project_error: explainProjectError,
  order_failed: ({ view, problem }) => [
    `${FILE} deploys this workspace after another one (\`after\`), which failed${problem}: see ${linkPredecessor(view)}. Once it has deployed this commit, a new check run follows here, within 7 days. ${FORCE}`,
  ],
  order_missing: ({ problem }) => [
    `${FILE} deploys this workspace after another one (\`after\`), which has not deployed the commit in time${problem}. Once it has, a new check run follows here, within 7 days. ${FORCE}`,
  ],
  checks_failed: ({ problem }) => [
    `${FILE} waits for checks of other Apps (\`wait_for\`), and one failed${problem}. Correct it and push, or re-run it: if it passes within 7 days, while this commit is the head of the branch, a new check run follows. ${FORCE}`,
  ],
  checks_missing: ({ problem }) => [
    `${FILE} waits for checks of other Apps (\`wait_for\`), which did not pass in time${problem}. A missing or renamed check never counts as passed: correct the names in the file. If the checks pass within 7 days, while this commit is the head of the branch, a new check run follows. ${FORCE}`,
  ],
  approval_needed: ({ view }) => explainApproval(view),
  approval_expired: () => [
    `Nobody approved this deployment within 7 days. To ask again, push, or ${REDEPLOY}.`,
  ],
  held_too_long: ({ problem }) => [
    `The deployment waited for 7 days and could not start${problem}. To deploy the branch, push, or ${REDEPLOY}.`,
  ],
  push_off: () => [
    `${FILE} sets \`on_push: false\` for this workspace: it is deployed only on request. To deploy it now, ${REDEPLOY}.`,
  ],
  ignored_sender: ({ deployment }) => [
    `${FILE} lists ${formatCode(deployment.requestedBy)} in \`ignore_senders\`. ${LATER}`,
  ],
  paths_unmatched: ({ deployment }) => [
    `No relevant file changed${deployment.problem === null ? '' : ` in ${formatCode(deployment.problem)}`} since the last successful deployment. The directory of the workspace decides which files are relevant, or \`paths\` and \`paths_ignore\` in the repository's configuration. To deploy anyway, ${REDEPLOY}.`,
  ],
  start_refused: ({ problem, deployment }) => [
    `The deployment was not started${problem}.`,
    adviseRefused(deployment.problem),
  ],
  secret_refused: ({ problem, page }) => [
    `The deployment was not started${problem}: the deployment secret that signed the push doesn't match the workspace's.`,
    `The right one is in the settings of the workspace on ${page}, where its owners and administrators see it. The operator of this app has to put it into the accounts file (\`deployment_secret\` of the mapping or of the account; without either, the app uses the one that Meltano Cloud shows it), ${AGAIN}.`,
  ],
  start_impossible: ({ problem }) => [`The deployment was not started${problem}.`],
  start_timeout: ({ view, problem, deployment, page }) => [
    `Meltano Cloud didn't accept a start within ${view.startTimeoutMinutes} min${problem}. The app gave up.`,
    deployment.attemptOutcome === 'lost'
      ? `The answer to a start was lost: check on ${page} whether a deployment is running before you deploy again.`
      : '',
    `When Meltano Cloud is available again, ${REDEPLOY}. The operator of this app sets this time limit (\`START_TIMEOUT_MINUTES\`).`,
  ],
  start_unreadable: ({ problem, page }) => [
    `Meltano Cloud accepted the start, but the app could not read its answer${problem} and found no job within two minutes.`,
    `Check on ${page} whether a deployment is running before you deploy again: ${REDEPLOY}.`,
  ],
  watch_timeout: ({ view, problem, page }) => [
    problem && `The app could not watch the job to its end${problem}.`,
    `The job may still be running: the app watches it for ${view.deployTimeoutMinutes} min (\`DEPLOY_TIMEOUT_MINUTES\`, set by the operator of this app). Its state is on ${page}. The next push is deployed as usual.`,
  ],
  watch_refused: ({ problem, deployment, page }) => [
    `The job may still be running, but Meltano Cloud no longer shows it to this app${problem}. Its state is on ${page}.`,
    adviseRefused(deployment.problem),
  ],
  read_from_check_run: () => [
    'The app lost its database after this deployment ended: it knows no more than this check run shows.',
  ],
};

/** Explains an end, and for a failure what to do and who can do it: paragraphs of Markdown. */
export function explainEnd(view: CheckRunView): readonly string[] {
  const { deployment, workspaceUrl } = view;
  if (hasGateOpened(deployment)) return [];
  return (
    EXPLANATIONS[deployment.reason]?.({
      view,
      deployment,
      problem: deployment.problem === null ? '' : ` (${formatCode(deployment.problem)})`,
      page: formatLink('Meltano Cloud', workspaceUrl),
    }) ?? []
  );
}

/** A gate ended the deployment, and opened later. */
export function hasGateOpened({ reason, supersededBy }: Deployment): boolean {
  return supersededBy !== null && reason !== 'superseded';
}

function explainProjectError({ view, problem }: End): string[] {
  const { errors = null } = view.projectCheck ?? {};
  const more = errors && errors.count > 1 ? `, and ${formatCount(errors.count - 1)} more` : '';
  return [
    `The ${linkProjectCheck(view)} found an error in the project of this workspace${problem}${more}. ${FILE} sets \`checks: {project: block}\`, so this deployment was not started.`,
    errors?.since
      ? `The error is not new: ${linkCommit(view, errors.since)}, the last successful deployment, had it already. \`block\` holds it all the same.`
      : '',
    'Correct it and push: that push deploys what this one changed, too. Someone with the Maintain role or higher can deploy anyway: write `/redeploy --force` in a comment.',
  ];
}

function explainChangedWorkspace({ problem, page }: End): string[] {
  return [
    `The workspace was changed on ${page} after the push${problem}, so there is nothing to deploy from this commit.`,
  ];
}

function explainLateCancellation({ withdrawnBy }: Deployment): string {
  if (withdrawnBy === null) return '';
  return `${formatCode(withdrawnBy)} withdrew this deployment, but its job ended before it could be stopped.`;
}

function explainCancellation(deployment: Deployment): string {
  const by = deployment.withdrawnBy === null ? 'Somebody' : formatCode(deployment.withdrawnBy);
  const outcome =
    measureRun(deployment) === null
      ? `before the ${deployment.firstTry === null ? '' : 'second '}job started.`
      : 'and the job was stopped. What it had already done was not undone.';
  return `${by} withdrew this deployment ${outcome}`;
}

function explainFailure(view: CheckRunView): string[] {
  const run = measureRun(view.deployment);
  const ended = `The job ended with errors${run === null ? '' : ` after ${formatDuration(run)}`}.`;
  const error = showableLog(view)?.firstError ?? null;
  if (error === null) return [ended, explainNoSecondTry(view.deployment)];
  return [
    describeError(error.message),
    adviseOnError(error) ?? '',
    `${ended} The error is in line ${formatCount(error.line)} of the log.`,
    explainNoSecondTry(view.deployment),
  ];
}

/** Empty unless the deployment would have been tried again. */
function explainNoSecondTry({ problem }: Deployment): string {
  return problem === null ? '' : `**Not tried again:** ${formatCode(problem)}`;
}

function explainSuperseded({ supersededBy, githubUrl, repository }: CheckRunView): string {
  const because = 'replaced this one before it started: Meltano Cloud always deploys the head of the branch.';
  if (supersededBy === null) return `A newer deployment of this workspace ${because}`;
  const { sha, checkRunUrl } = supersededBy;
  const address = checkRunUrl ?? formatCommitUrl(githubUrl, repository, sha);
  return `The deployment of ${formatLink(shortenSha(sha), address)} ${because}`;
}

/** Depends on the status that Meltano Cloud answered. */
function adviseRefused(problem: string | null): string {
  switch (readAnsweredStatus(problem)) {
    case 401:
      return `Meltano Cloud rejects this app's credentials. The operator of this app has to renew them (\`MELTANO_API_TOKEN\`, or client id and secret, or those of the accounts file), ${AGAIN}.`;
    case 403:
      return `The Meltano Cloud account of this app lacks the permission in this workspace. An owner or administrator of the workspace has to grant it, or the operator of this app has to use another account; ${AGAIN}.`;
    case 404:
      return `The workspace no longer exists, or the Meltano Cloud account of this app is not a member of it. An owner of the workspace can add the account; ${AGAIN}.`;
    case 409:
      return `The workspace is busy or is still being set up. Wait until it is ready on Meltano Cloud, or stop what is running there; ${AGAIN}.`;
    case null:
      return problem?.includes('credentials')
        ? `The operator of this app has to add credentials for this account, ${AGAIN}.`
        : '';
    default:
      return `If Meltano Cloud's answer doesn't say what to change, the operator of this app can ask Meltano Cloud's support; ${AGAIN}.`;
  }
}
