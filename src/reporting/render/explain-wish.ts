import type { Deployment } from '../../domain/deployment.ts';
import type { CheckRunView } from './check-run-view.ts';
import { measureRun, shortenSha } from './describe-deployment.ts';
import { formatCode, formatLink } from './escape-markdown.ts';
import { findRunUrl } from './link-commit.ts';

/** First of all: whoever looks at the old run is led to the new one. */
export function explainRerun({ deployment, redeployedAs, githubUrl, repository }: CheckRunView): string {
  const { rerun } = deployment;
  if (rerun === null) return '';
  const by = formatCode(rerun.by);
  if (rerun.kind === 'refused') {
    const problem = formatCode(rerun.problem ?? '');
    return `**Not deployed again:** ${by} asked for it, but ${rerun.why}${problem && `: ${problem}`}.`;
  }
  if (redeployedAs === null) return `**Deployed again**, as ${by} asked for.`;
  const commit = formatLink(
    shortenSha(redeployedAs.sha),
    findRunUrl({ githubUrl, repository }, redeployedAs),
  );
  return `**Deployed again** with ${commit}, as ${by} asked for: Meltano Cloud always deploys the head of the branch.`;
}

export function explainWish({ deployment }: CheckRunView): string {
  if (deployment.withdrawnBy === null) return '';
  const next =
    deployment.state === 'running' ? 'the job is being stopped' : 'it is stopped as soon as that can be done';
  return `${formatCode(deployment.withdrawnBy)} withdrew this deployment: ${next}.`;
}

/** The job was faster than the wish. */
export function explainLateWish({ withdrawnBy }: Deployment): string {
  if (withdrawnBy === null) return '';
  return `${formatCode(withdrawnBy)} withdrew this deployment, but its job had ended before it could be stopped.`;
}

export function explainWithdrawn(deployment: Deployment): string {
  const by = deployment.withdrawnBy === null ? 'somebody' : formatCode(deployment.withdrawnBy);
  const wish = `${by} withdrew it with \`/meltano withdraw\``;
  if (measureRun(deployment) === null) return `It was not started: ${wish}.`;
  return `Its job was stopped: ${wish}. What the job had done by then was not undone.`;
}
