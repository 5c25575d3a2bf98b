import type { LocatedError } from '../../domain/log-excerpt.ts';
import type { PipelineOutcome, WatchedPipeline } from '../../domain/pipeline-watch.ts';
import { hideSettings } from '../../logs/hide-settings.ts';
import type { CheckRunView } from './check-run-view.ts';
import { adviseOnError } from './describe-error.ts';
import { formatCode, formatLink } from './escape-markdown.ts';

interface VerificationError extends LocatedError {
  /** True: `path` is relative to the repository, not to the workspace's directory. */
  readonly isOfRepository: boolean;
}

/**
 * The one error of a verification that may be shown. The log shows the settings of the pipeline, so no other line of it is
 * shown, and on public repositories nothing at all.
 */
export function findVerificationError({
  repository,
  verification,
  verificationLog,
}: CheckRunView): VerificationError | null {
  const failed = verification?.pipelines.find(({ outcome }) => outcome === 'failed');
  const first = verificationLog?.firstError;
  if (!repository.private || !failed || !first) return null;
  const [located] = verificationLog.locatedErrors;
  if (located) return { ...located, message: hideSettings(located.message), isOfRepository: false };
  if (failed.file === null) return null;
  const message = hideSettings(first.message);
  return { path: failed.file, line: 1, column: null, message, isOfRepository: true };
}

/** Says what a deployment waits for or how it failed; null if the verification decides neither. */
export function describeVerification(view: CheckRunView): string | null {
  const { verification, deployment } = view;
  if (!verification || verification.pipelines.length === 0) return null;
  const verified = verification.pipelines.filter(isVerified);
  if (deployment.state === 'settling') return `verifying ${countPipelines(verified.length)}`;
  if (deployment.reason !== 'verification_failed') return null;
  const failed = verified.filter(({ outcome }) => outcome === 'failed');
  const error = findVerificationError(view);
  const names = failed.map(({ name }) => name).join(', ');
  const count = `${failed.length} of ${verified.length} verified ${verified.length === 1 ? 'pipeline' : 'pipelines'}`;
  return `Deployed, but ${count} failed: ${names}${error ? `: ${error.message}` : ''}`;
}

/** Paragraphs of Markdown. */
export function explainVerification(view: CheckRunView): string[] {
  const { verification, deployment } = view;
  if (!verification) return [];
  if (verification.pipelines.length === 0) {
    return ['No pipeline was verified: GitHub did not say in time which pipelines the push changed.'];
  }
  const error = findVerificationError(view);
  const first = verification.pipelines.find(({ outcome }) => outcome === 'failed');
  const open = deployment.state === 'settling' ? 'is not verified yet' : 'was not verified in time';
  const lines = verification.pipelines.map((one) => {
    const detail = one === first && error ? `: ${formatCode(error.message)}` : describeProblem(one);
    return `- ${formatCode(one.name)} ${one.outcome === null ? open : RESULTS[one.outcome]}${detail}`;
  });
  return [
    '**Verification** of the pipelines that the push changed:',
    lines.join('\n'),
    adviseOnShown(view) ?? '',
  ].filter((text) => text !== '');
}

/** What to do about a verification that failed. */
export function adviseOnVerification({ workspaceUrl }: CheckRunView): string {
  const page = formatLink('Meltano Cloud', workspaceUrl);
  return `To see more, verify the pipeline on ${page}. If its file or its plugins are wrong, correct them and push. If it is a setting or a credential, correct it there, then press Redeploy here, or write \`/redeploy\` in a comment.`;
}

/** Null also if the error that is shown isn't the first of the log. */
function adviseOnShown(view: CheckRunView): string | null {
  const first = view.verificationLog?.firstError;
  return first && findVerificationError(view)?.message === first.message ? adviseOnError(first) : null;
}

const RESULTS: Readonly<Record<PipelineOutcome, string>> = {
  succeeded: 'passed',
  failed: '**failed**',
  stopped: 'was stopped',
  deleted: 'was deleted',
  unseen: 'was not verified',
  not_started: 'was not verified',
  unknown: 'was not verified: it is unknown whether the verification started',
};

function describeProblem({ problem }: WatchedPipeline): string {
  return problem === null ? '' : `: ${formatCode(problem)}`;
}

/** False for pipelines beyond the limit of a verification. */
function isVerified({ outcome, start }: WatchedPipeline): boolean {
  return outcome !== 'not_started' || start?.attemptedAt !== null;
}

function countPipelines(count: number): string {
  return count === 1 ? '1 pipeline' : `${count} pipelines`;
}
