import type { Deployment } from '../../domain/deployment.ts';
import { cleanInlineText, sliceWhole } from '../../logs/clean-log-line.ts';
import { describeEnd } from './describe-end.ts';
import { PLAIN_WORDING } from './wording.ts';

/** GitHub's limit for the description of a deployment status (characters). */
const LONGEST = 140;

/** What a GitHub Deployment's status says of the deployment: text, at most 140 characters. */
export function describeStatus(deployment: Deployment): string {
  const text = cleanInlineText(describe(deployment));
  return text.length > LONGEST ? `${sliceWhole(text, LONGEST - 1)}…` : text;
}

function describe(deployment: Deployment): string {
  if (deployment.state === 'running') return 'Running on Meltano Cloud';
  if (deployment.state !== 'concluded') return 'Queued on Meltano Cloud';
  // The log's error isn't told: a deployment is seen by everyone who sees the repository.
  const facts = {
    supersededBy: null,
    error: null,
    startTimeoutMinutes: null,
    deployTimeoutMinutes: null,
  };
  return describeEnd(deployment, facts, PLAIN_WORDING);
}
