import type { Deployment } from '../../domain/deployment.ts';
import { cleanInlineText, sliceWhole } from '../../logs/clean-log-line.ts';
import { shortenSha } from './describe-deployment.ts';
import { describeEnd, PLAIN_WORDING } from './describe-end.ts';

/** GitHub's limits for the description of a deployment status and for the name of an environment (characters). */
const LONGEST_DESCRIPTION = 140;
const LONGEST_NAME = 255;

/** The description of a GitHub Deployment's status: plain text of at most 140 characters. */
export function describeStatus(deployment: Deployment, unchangedSince: string | null = null): string {
  const text =
    unchangedSince === null
      ? cleanInlineText(describe(deployment))
      : `Unchanged since ${shortenSha(unchangedSince)}`;
  return text.length > LONGEST_DESCRIPTION ? `${sliceWhole(text, LONGEST_DESCRIPTION - 1)}…` : text;
}

function describe(deployment: Deployment): string {
  if (deployment.state === 'running') return 'Running on Meltano Cloud';
  if (deployment.state === 'settling') return 'Deployed; waiting for the pipelines';
  if (deployment.state !== 'concluded') return 'Queued on Meltano Cloud';
  // The log's error is left out: everyone who sees the repository sees the description.
  const facts = {
    supersededBy: null,
    error: null,
    startTimeoutMinutes: null,
    deployTimeoutMinutes: null,
  };
  return describeEnd(deployment, facts, PLAIN_WORDING);
}

/** The name of a workspace's GitHub environment, at most 255 characters. `redact` comes before the cut. */
export function nameEnvironment(
  { name, workspaceId }: { readonly name: string; readonly workspaceId: string },
  redact: (text: string) => string,
): string {
  const shown = sliceWhole(redact(cleanInlineText(name)), LONGEST_NAME).trim();
  return shown === '' ? workspaceId : shown;
}
