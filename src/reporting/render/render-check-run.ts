import type { Deployment } from '../../domain/deployment.ts';
import { formatExternalId } from '../../domain/external-id.ts';
import { REDEPLOY_ACTION } from '../../domain/shown-check-run.ts';
import { REDACTED } from '../../logs/redact.ts';
import type { CheckAnnotation, CheckRunAction, CheckRunFields, CheckRunView } from './check-run-view.ts';
import { showableLog } from './describe-deployment.ts';
import { renderSummary } from './render-summary.ts';
import { renderText } from './render-text.ts';
import { renderTitle } from './render-title.ts';

const REDEPLOY: CheckRunAction = {
  label: 'Redeploy',
  description: 'Deploy the head of the branch again',
  identifier: REDEPLOY_ACTION,
};

/**
 * The fields of the check run that shows a deployment. Pure; a later `view.now` changes nothing but the title of a
 * running deployment.
 */
export function renderCheckRun(view: CheckRunView): CheckRunFields {
  const { deployment } = view;
  const text = renderText(view);
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
      ...(text === undefined ? {} : { text }),
      ...(annotations.length === 0 ? {} : { annotations }),
    },
  };
}

function chooseStatus({ state }: Deployment): CheckRunFields['status'] {
  if (state === 'concluded') return 'completed';
  return state === 'running' ? 'in_progress' : 'queued';
}

function formatConclusion(deployment: Deployment): Partial<CheckRunFields> {
  const { conclusion } = deployment;
  return {
    // Concluded without one, or with `none`, which has no check run: an open one has to end all the same.
    conclusion: conclusion === null || conclusion === 'none' ? 'skipped' : conclusion,
    completed_at: formatTime(endTime(deployment)),
    actions: [REDEPLOY],
  };
}

/** GitHub shows the time between start and end as the duration: the job's, if there was one. */
function startTime(deployment: Deployment): number {
  return deployment.jobStartedAt ?? deployment.receivedAt;
}

/** Never before the start: Meltano Cloud's clock and this one may differ. */
function endTime(deployment: Deployment): number {
  const { jobStartedAt, jobEndedAt, concludedAt } = deployment;
  const end = jobStartedAt !== null && jobEndedAt !== null ? jobEndedAt : concludedAt;
  return Math.max(startTime(deployment), end ?? 0);
}

/** GitHub reads whole seconds. */
function formatTime(ms: number): string {
  return new Date(ms).toISOString().replace(/\.\d{3}Z$/, 'Z');
}

/**
 * What GitHub shows beside the lines of a file: the errors of a failed job that name one. Only for the conclusion, since
 * GitHub adds them to those that it has; never for a log that isn't shown.
 */
function renderAnnotations(view: CheckRunView): CheckAnnotation[] {
  const { conclusion, directory } = view.deployment;
  if (conclusion !== 'failure') return [];
  const folder = (directory ?? '').split('/').filter((segment) => segment !== '' && segment !== '.');
  const errors = showableLog(view)?.locatedErrors ?? [];
  return errors.flatMap(({ path, line, column, message }) => {
    const whole = [...folder, path].join('/');
    // A part of a path that may not be shown leaves no path.
    if (whole.includes(REDACTED) || folder.includes('..')) return [];
    return {
      path: whole,
      start_line: line,
      end_line: line,
      // Allowed since both lines are the same.
      ...(column === null ? {} : { start_column: column, end_column: column }),
      annotation_level: 'failure' as const,
      message,
    };
  });
}
