import type { Deployment } from '../../domain/deployment.ts';
import type { CheckRunView } from './check-run-view.ts';
import {
  formatCommitUrl,
  measureRun,
  readAnsweredStatus,
  shortenSha,
  showableLog,
} from './describe-deployment.ts';
import { formatCode, formatLink } from './escape-markdown.ts';
import { explainLateWish, explainRerun, explainWish, explainWithdrawn } from './explain-wish.ts';
import { formatCount } from './format-count.ts';
import { formatDuration } from './format-duration.ts';

const REDEPLOY = 'press Redeploy here, or write `/redeploy` in a comment';
const AGAIN = `then ${REDEPLOY}`;
const FILE = '`.github/meltano-deploy.yml`';
const LATER = `Its changes are deployed with the next push that is. To deploy them now, ${REDEPLOY}.`;

/** What happened, and for what went wrong what to do and who can do it: paragraphs of Markdown. */
export function explainDeployment(view: CheckRunView): string[] {
  const isConcluded = view.deployment.state === 'concluded';
  const main = isConcluded ? explainEnd(view) : [...explainNow(view), explainWish(view)];
  return [explainRerun(view), ...main].filter((text) => text !== '');
}

function explainNow({ deployment, waitsFor }: CheckRunView): string[] {
  if (waitsFor === 'another repository') {
    return [
      'One deployment of a workspace runs at a time: this one starts when that of another repository has ended.',
    ];
  }
  if (waitsFor !== null) {
    const commit = formatLink(shortenSha(waitsFor.sha), waitsFor.checkRunUrl);
    return [
      `One deployment of a workspace runs at a time: this one starts when that of ${commit} has ended.`,
    ];
  }
  if (deployment.problem === null) return [];
  const problem = formatCode(deployment.problem);
  if (deployment.jobId !== null) {
    return [
      `The job can't be watched right now (${problem}). It goes on without that, and this is tried again.`,
    ];
  }
  const { attemptOutcome } = deployment;
  if (attemptOutcome === 'lost' || attemptOutcome === 'unreadable') {
    return [
      `It is not known yet whether Meltano Cloud took the start (${problem}): its job is looked for before anything is sent again.`,
    ];
  }
  return [`The deployment could not start yet (${problem}). It is tried again by itself.`];
}

function explainEnd(view: CheckRunView): string[] {
  const { deployment } = view;
  const page = formatLink('Meltano Cloud', view.workspaceUrl);
  switch (deployment.reason) {
    case 'job_complete':
      return [explainLateWish(deployment)];
    case 'withdrawn':
      return [explainWithdrawn(deployment)];
    case 'job_error':
      return explainFailure(view);
    case 'job_stopped':
      return [`The job was stopped on ${page}: by somebody, or because it took longer than it may there.`];
    case 'job_deleted':
      return [`The job was deleted on ${page}, and its log with it. What it had done by then is not known.`];
    case 'superseded':
      return [explainSuperseded(view)];
    case 'loop_brake':
      return [explainLoop(view)];
    case 'overtaken_while_away':
      return [
        'The app was not told of this push when it happened. By the time it was, the branch had moved on: Meltano Cloud always deploys the head of the branch, so the newer commit is the one that counts.',
      ];
    case 'no_longer_tracked':
    case 'paths_unchanged':
      return [
        `The workspace was changed on ${page} after the push${inBrackets(deployment.problem)}, so there is nothing to deploy from this commit.`,
      ];
    case 'nothing_changed':
      return [
        `While this deployment waited, another one deployed the same files${inBrackets(deployment.problem)}: a deployment takes the head of the branch, which had moved on by then. To deploy again, ${REDEPLOY}.`,
      ];
    case 'skip_token':
      return [
        `The push was not deployed, as its head commit asks${inBrackets(deployment.problem)}. ${LATER}`,
      ];
    case 'push_off':
      return [
        `The repository's configuration (${FILE}) has \`on_push: false\` for this workspace: it is deployed only on request. To deploy it now, ${REDEPLOY}.`,
      ];
    case 'ignored_sender':
      return [
        `The repository's configuration (${FILE}) lists ${formatCode(deployment.requestedBy)} in \`ignore_senders\`. ${LATER}`,
      ];
    case 'paths_unmatched':
      return [
        `Nothing that changed since the last successful deployment counts for this workspace${inBrackets(deployment.problem)}: its directory, or \`paths\` and \`paths_ignore\` in the repository's configuration (${FILE}), say what does. To deploy it all the same, ${REDEPLOY}.`,
      ];
    case 'start_refused':
      return [
        `The deployment was not started${inBrackets(deployment.problem)}.`,
        adviseRefused(deployment.problem),
      ];
    case 'secret_refused':
      return [
        `The deployment was not started${inBrackets(deployment.problem)}: the push was signed with another deployment secret than the workspace has.`,
        `The right one stands in the settings of the workspace on ${page}, where its owners and administrators see it. The operator of this app has to put it into the accounts file (\`deployment_secret\` of the mapping, else of the account; where neither is set, the app uses the one that the workspace shows to its credentials), ${AGAIN}.`,
      ];
    case 'start_impossible':
      return [`The deployment was not started${inBrackets(deployment.problem)}.`];
    case 'start_timeout':
      return [
        `No start was accepted within ${view.startTimeoutMinutes} min, and no more is tried${inBrackets(deployment.problem)}.`,
        warnOfLostStart(deployment, page),
        `When Meltano Cloud takes starts again, ${REDEPLOY}. The operator of this app sets how long is tried (\`START_TIMEOUT_MINUTES\`).`,
      ];
    case 'start_unreadable':
      return [
        `Meltano Cloud took the start, but its answer could not be read${inBrackets(deployment.problem)}, and no job of it was found within two minutes.`,
        `Look on ${page} whether a deployment runs there before you deploy again: ${REDEPLOY}.`,
      ];
    case 'watch_timeout':
      return [
        deployment.problem === null
          ? ''
          : `The job could not be watched to the end${inBrackets(deployment.problem)}.`,
        `The job may still be running: it is watched for ${view.deployTimeoutMinutes} min (\`DEPLOY_TIMEOUT_MINUTES\`, set by the operator of this app). How it goes on is on ${page}; the next push is deployed as usual.`,
      ];
    case 'read_from_check_run':
      return [
        'The app has lost its database since this deployment ended: more than this check run says is not known any more.',
      ];
    case 'watch_refused':
      return [
        `The job may still be running, but Meltano Cloud no longer shows it to this app${inBrackets(deployment.problem)}. How it goes on is on ${page}.`,
        adviseRefused(deployment.problem),
      ];
    default:
      return [];
  }
}

/** The time for a start was over before the job of a lost answer could be looked for to the end. */
function warnOfLostStart({ attemptOutcome }: Deployment, page: string): string {
  if (attemptOutcome !== 'lost') return '';
  return `The answer to a start was lost: look on ${page} whether a deployment runs there before you deploy again.`;
}

function explainFailure(view: CheckRunView): string[] {
  const run = measureRun(view.deployment);
  const ended = `The job ended with errors${run === null ? '' : ` after ${formatDuration(run)}`}.`;
  const error = showableLog(view)?.firstError ?? null;
  if (error === null) return [ended];
  return [describeError(error.message), `${ended} It is in line ${formatCount(error.line)} of the log.`];
}

/** The error in plain words, the place before it where the message begins with one. */
function describeError(message: string): string {
  const [, path, line, words] = /^([^\s:]{1,200}\.\w{1,8}):(\d{1,9}) (.+)$/s.exec(message) ?? [];
  if (path === undefined || words === undefined) return `**Error:** ${formatCode(message)}`;
  return `**${formatCode(path)}, line ${line}:** ${formatCode(words)}`;
}

function explainSuperseded({ supersededBy, githubUrl, repository }: CheckRunView): string {
  const because = 'replaced this one before it started: Meltano Cloud always deploys the head of the branch.';
  if (supersededBy === null) return `A newer deployment of this workspace ${because}`;
  const { sha, checkRunUrl } = supersededBy;
  const address = checkRunUrl ?? formatCommitUrl(githubUrl, repository, sha);
  return `The deployment of ${formatLink(shortenSha(sha), address)} ${because}`;
}

function explainLoop({ deployment }: CheckRunView): string {
  const bot = formatCode(deployment.requestedBy);
  return (
    `This would have been the 11th deployment of the workspace within 15 min from pushes by ${bot}, which looks ` +
    'like a deployment that pushes and so starts itself. It was held. Find out what pushes; whoever can write to the ' +
    "repository can go on: press Redeploy here, or write `/redeploy` in a comment. Other people's pushes are deployed as usual."
  );
}

/** By the status that Meltano Cloud answered; 5xx and whatever has no status need no advice but to try again. */
function adviseRefused(problem: string | null): string {
  switch (readAnsweredStatus(problem)) {
    case 401:
      return `Meltano Cloud doesn't accept this app's credentials. The operator of this app has to renew them (\`MELTANO_API_TOKEN\`, or client id and secret, or those of the accounts file), ${AGAIN}.`;
    case 403:
      return `The Meltano Cloud account of this app may not do that in this workspace. An owner or administrator of the workspace has to let it, or the operator of this app has to use another account; ${AGAIN}.`;
    case 404:
      return `The workspace doesn't exist any more, or the Meltano Cloud account of this app isn't a member of it. An owner of the workspace can say which, and add it; ${AGAIN}.`;
    case 409:
      return `The workspace is busy or is still being set up. Wait until it is ready on Meltano Cloud, or stop there what is running; ${AGAIN}.`;
    case null:
      return problem?.includes('credentials')
        ? `The operator of this app has to give it credentials for this account, ${AGAIN}.`
        : '';
    default:
      return `If Meltano Cloud's answer doesn't say what to change, the operator of this app can ask its support; ${AGAIN}.`;
  }
}

function inBrackets(problem: string | null): string {
  return problem === null ? '' : ` (${formatCode(problem)})`;
}
