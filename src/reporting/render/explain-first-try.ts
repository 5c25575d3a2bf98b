import type { FirstTry } from '../../domain/deployment.ts';
import { chooseLogMode } from '../../domain/log-setting.ts';
import { findKnownError } from '../../logs/known-errors/explain-error.ts';
import type { CheckRunView } from './check-run-view.ts';
import { measureRun } from './describe-deployment.ts';
import { formatCode } from './escape-markdown.ts';
import { formatDuration } from './format-numbers.ts';

/** `1st try: connection to the package index reset after 40 s`; without the error if the log may not be shown now. */
export function describeFirstTry(view: CheckRunView): string {
  const { firstTry } = view.deployment;
  if (firstTry === null) return '';
  const error = findShownError(view, firstTry);
  return `1st try${error === null ? ' failed' : `: ${error}`}${describeDuration(view, firstTry)}`;
}

/** Names the failed job of a deployment that was tried again; empty for others. */
export function explainFirstTry(view: CheckRunView): string {
  const { firstTry } = view.deployment;
  if (firstTry === null) return '';
  const error = findShownError(view, firstTry);
  const failed = `the job ${formatCode(firstTry.jobId)} failed${describeDuration(view, firstTry)}${error === null ? '' : `: ${error}`}`;
  return `**1st try:** ${failed}. Such errors usually pass, so the repository's configuration (\`deploy: {retry: {transient: 1}}\`) allows one more job.`;
}

function describeDuration({ deployment }: CheckRunView, firstTry: FirstTry): string {
  const run = measureRun({ ...deployment, ...firstTry });
  return run === null ? '' : ` after ${formatDuration(run)}`;
}

function findShownError({ deployment, repository }: CheckRunView, { error }: FirstTry): string | null {
  const mode = chooseLogMode(deployment, repository.private);
  const isShown = mode === 'live' || (mode === 'final' && deployment.state === 'concluded');
  return isShown ? (findKnownError(error)?.transient ?? null) : null;
}
