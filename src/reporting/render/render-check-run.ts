import type { CheckAnnotation } from '../../domain/commit-run.ts';
import type { Deployment } from '../../domain/deployment.ts';
import { formatExternalId } from '../../domain/external-id.ts';
import type { LocatedError } from '../../domain/log-excerpt.ts';
import type { ReasonCode } from '../../domain/reason-codes.ts';
import { APPROVE_ACTION, DEPLOY_ACTION, REDEPLOY_ACTION } from '../../domain/shown-check-run.ts';
import { OUTPUT_BYTES } from '../../domain/truncate-bytes.ts';
import { cleanInlineText } from '../../logs/clean-log-line.ts';
import { REDACTED } from '../../logs/redact.ts';
import type { CheckRunAction, CheckRunFields, CheckRunView } from './check-run-view.ts';
import { showableLog } from './describe-deployment.ts';
import { findVerificationError } from './describe-verification.ts';
import { hasGateOpened } from './explain-end.ts';
import { joinResult, renderResult } from './render-result.ts';
import { renderSummary } from './render-summary.ts';
import { renderFirstTry, renderText } from './render-text.ts';
import { renderTitle } from './render-title.ts';

const REDEPLOY: CheckRunAction = {
  label: 'Redeploy',
  description: 'Deploy the head of the branch again',
  identifier: REDEPLOY_ACTION,
};

const DEPLOY: CheckRunAction = {
  label: 'Deploy',
  description: 'Deploy although a gate is closed',
  identifier: DEPLOY_ACTION,
};

/** A gate ended the deployment. */
const ENDED_BY_GATE: ReadonlySet<ReasonCode> = new Set<ReasonCode>([
  'project_error',
  'order_failed',
  'order_missing',
  'checks_failed',
  'checks_missing',
  'held_too_long',
]);

const APPROVE: CheckRunAction = {
  label: 'Deploy',
  description: 'Approve and deploy this commit',
  identifier: APPROVE_ACTION,
};

/**
 * The fields of a deployment's check run. Pure. A later `view.now` only changes the title of a running deployment.
 */
export function renderCheckRun(view: CheckRunView): CheckRunFields {
  const { deployment } = view;
  const text = renderWholeText(view);
  const annotations = renderAnnotations(view);
  return {
    name: deployment.checkName,
    head_sha: deployment.sha,
    external_id: formatExternalId(deployment),
    details_url: view.workspaceUrl,
    status: chooseStatus(deployment),
    started_at: formatTime(startTime(deployment)),
    ...(deployment.state === 'concluded' ? formatConclusion(deployment) : {}),
    output: {
      title: renderTitle(view),
      summary: renderSummary(view),
      ...(text === '' ? {} : { text }),
      ...(annotations.length === 0 ? {} : { annotations }),
    },
  };
}

/** The log, and after the end the result for programs. The log is cut to leave room for it. */
function renderWholeText(view: CheckRunView): string {
  const result = renderResult(view);
  const room = OUTPUT_BYTES - Buffer.byteLength(joinResult('x', result)) + 1;
  const text = renderTries(view, room);
  // The check run has more than the app knows, so GitHub keeps its text.
  if (text === undefined && view.deployment.reason === 'read_from_check_run') return '';
  return joinResult(text ?? '', result);
}

/** Before the log of a second job, the error of the first one. */
function renderTries(view: CheckRunView, room: number): string | undefined {
  const first = renderFirstTry(view);
  const last = renderText(view, room - Buffer.byteLength(first));
  return first === '' || last === undefined ? last : `${first}${last}`;
}

function chooseStatus({ state, firstTry }: Deployment): CheckRunFields['status'] {
  if (state === 'concluded') return 'completed';
  if (firstTry !== null) return 'in_progress';
  return state === 'running' || state === 'settling' ? 'in_progress' : 'queued';
}

function formatConclusion(deployment: Deployment): Partial<CheckRunFields> {
  const { conclusion } = deployment;
  return {
    // `none` has no check run, but an open run still has to end.
    conclusion: conclusion === null || conclusion === 'none' ? 'skipped' : conclusion,
    completed_at: formatTime(endTime(deployment)),
    actions: listActions(deployment),
  };
}

function listActions(deployment: Deployment): CheckRunAction[] {
  const { reason, armedUntil } = deployment;
  if (reason === 'approval_needed' && armedUntil !== null) return [APPROVE];
  return ENDED_BY_GATE.has(reason) && !hasGateOpened(deployment) ? [DEPLOY, REDEPLOY] : [REDEPLOY];
}

/** GitHub shows the time between start and end as the duration. Uses the job's times if there was one. */
function startTime(deployment: Deployment): number {
  return deployment.firstTry?.jobStartedAt ?? deployment.jobStartedAt ?? deployment.receivedAt;
}

/** Never before the start, because Meltano Cloud's clock may differ from this one. */
function endTime(deployment: Deployment): number {
  const { jobStartedAt, jobEndedAt, concludedAt } = deployment;
  const end = jobStartedAt !== null && jobEndedAt !== null ? jobEndedAt : concludedAt;
  return Math.max(startTime(deployment), end ?? 0);
}

/** GitHub takes whole seconds. */
export function formatTime(ms: number): string {
  return new Date(ms).toISOString().replace(/\.\d{3}Z$/, 'Z');
}

/** How many annotations GitHub accepts in a request. */
const MOST_ANNOTATIONS = 50;

/** Marks each failed pipeline in its file, if the commit has the file. */
function annotatePipelines({ pipelines }: Deployment): CheckAnnotation[] {
  const failed = pipelines?.kind === 'read' ? pipelines.failed : [];
  return failed.slice(0, MOST_ANNOTATIONS).flatMap(({ name, file }) =>
    file === null || file.includes(REDACTED)
      ? []
      : [
          {
            path: file,
            start_line: 1,
            end_line: 1,
            annotation_level: 'failure' as const,
            message: `The pipeline ${cleanInlineText(name)} failed after the deployment: Meltano Cloud could not process its changes.`,
          },
        ],
  );
}

/** The one error of a verification that may be shown. */
function annotateVerification(view: CheckRunView): CheckAnnotation[] {
  const error = findVerificationError(view);
  if (!error) return [];
  return annotateErrors(error.isOfRepository ? null : view.deployment.directory, [error]);
}

/**
 * The errors of a failed job with a line of a file. Only with the conclusion, because GitHub adds annotations to the
 * existing ones. None if the log is hidden.
 */
function renderAnnotations(view: CheckRunView): CheckAnnotation[] {
  const { conclusion, directory, reason } = view.deployment;
  if (conclusion !== 'failure') return [];
  if (reason === 'pipelines_failed' || reason === 'verification_failed') {
    return [...annotateVerification(view), ...annotatePipelines(view.deployment)].slice(0, MOST_ANNOTATIONS);
  }
  return annotateErrors(directory, showableLog(view)?.locatedErrors ?? []);
}

/** `directory`: the workspace's directory. The paths of errors are relative to it. */
export function annotateErrors(directory: string | null, errors: readonly LocatedError[]): CheckAnnotation[] {
  const folder = (directory ?? '').split('/').filter((segment) => segment !== '' && segment !== '.');
  return errors.flatMap(({ path, line, column, message }) => {
    const whole = [...folder, path].join('/');
    // A redacted path is no path.
    if (whole.includes(REDACTED) || folder.includes('..')) return [];
    return {
      path: whole,
      start_line: line,
      end_line: line,
      // Allowed, because both lines are the same.
      ...(column === null ? {} : { start_column: column, end_column: column }),
      annotation_level: 'failure' as const,
      message,
    };
  });
}
