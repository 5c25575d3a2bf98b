import { describeAwaitedAttempt } from '../../domain/job-attempts.ts';
import type { CheckRunView } from './check-run-view.ts';
import { shortenSha } from './describe-deployment.ts';
import { explainHold } from './describe-hold.ts';
import { explainVerification } from './describe-verification.ts';
import { formatCode, formatLink } from './escape-markdown.ts';
import { explainEnd, hasGateOpened } from './explain-end.ts';
import { explainFirstTry } from './explain-first-try.ts';
import { explainSettling } from './explain-pipelines.ts';
import { findRunUrl } from './github-links.ts';

const AWAITED_ATTEMPT =
  'An attempt of the job failed. Meltano Cloud tries again: the app waits up to 1 min for the next attempt.';

/** Explains what happened, and for a failure what to do and who can do it: paragraphs of Markdown. */
export function explainDeployment(view: CheckRunView): string[] {
  const isConcluded = view.deployment.state === 'concluded';
  const main = isConcluded
    ? [explainOpenedGate(view), ...explainEnd(view)]
    : [explainNow(view), explainRequestedCancellation(view)];
  return [explainRerun(view), ...main, explainFirstTry(view)].filter((text) => text !== '');
}

/** Comes first, so that readers of the old run find the new one. */
function explainRerun({ deployment, redeployedAs, githubUrl, repository }: CheckRunView): string {
  const { rerun } = deployment;
  if (rerun === null) return '';
  const by = formatCode(rerun.by);
  if (rerun.kind === 'refused') {
    const problem = formatCode(rerun.problem ?? '');
    if (rerun.asked === 'approval')
      return `**Not approved:** ${by} pressed Deploy, but ${rerun.why}${problem && `: ${problem}`}.`;
    return `**Not redeployed:** ${by} requested it, but ${rerun.why}${problem && `: ${problem}`}.`;
  }
  if (redeployedAs === null) return `**Redeployed**, as requested by ${by}.`;
  const address = findRunUrl({ githubUrl, repository }, redeployedAs);
  const commit = formatLink(shortenSha(redeployedAs.sha), address);
  return `**Redeployed** with ${commit}, as requested by ${by}: Meltano Cloud always deploys the head of the branch.`;
}

function explainOpenedGate({ deployment, supersededBy, githubUrl, repository }: CheckRunView): string {
  if (supersededBy === null || !hasGateOpened(deployment)) return '';
  const next = formatLink(shortenSha(supersededBy.sha), findRunUrl({ githubUrl, repository }, supersededBy));
  return `**The gate has opened.** What follows is in a new check run, of ${next}.`;
}

function explainNow(view: CheckRunView): string {
  const { deployment, waitsFor } = view;
  if (deployment.state === 'settling') {
    return view.verification ? explainVerification(view).join('\n\n') : explainSettling(deployment);
  }
  if (describeAwaitedAttempt(deployment.attempts) !== null) return AWAITED_ATTEMPT;
  if (waitsFor !== null) {
    const other =
      waitsFor === 'another repository'
        ? waitsFor
        : formatLink(shortenSha(waitsFor.sha), waitsFor.checkRunUrl);
    return `A workspace has one deployment at a time. This one starts when the deployment of ${other} ends.`;
  }
  if (deployment.hold !== null) return explainHold(deployment.hold);
  if (deployment.problem === null) return '';
  const problem = formatCode(deployment.problem);
  if (deployment.jobId !== null) {
    return `The app can't read the state of the job right now (${problem}) and will try again. The job goes on.`;
  }
  const { attemptOutcome } = deployment;
  return attemptOutcome === 'lost' || attemptOutcome === 'unreadable'
    ? `It is unknown whether Meltano Cloud accepted the start (${problem}). The app looks for the job before it tries again.`
    : `The deployment could not start yet (${problem}). The app will try again.`;
}

function explainRequestedCancellation({ deployment }: CheckRunView): string {
  if (deployment.withdrawnBy === null || deployment.state === 'settling') return '';
  const next =
    deployment.state === 'running' ? 'the job is being stopped' : 'it will be stopped as soon as possible';
  return `${formatCode(deployment.withdrawnBy)} withdrew this deployment: ${next}.`;
}
