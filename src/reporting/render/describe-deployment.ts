import { isSweepDelivery } from '../../domain/delivery.ts';
import type { Deployment, DeploymentState, RepositoryName } from '../../domain/deployment.ts';
import type { LogExcerpt } from '../../domain/log-excerpt.ts';
import { chooseLogMode, type LogSetting } from '../../domain/log-setting.ts';

/** A job's log, and the facts that decide if it is shown. */
export interface LogView {
  readonly deployment: {
    readonly jobId: string | null;
    readonly log: LogSetting;
    readonly state: DeploymentState;
  };
  readonly repository: { readonly private: boolean };
  /** The page of the workspace on Meltano Cloud. */
  readonly workspaceUrl: string;
  readonly log: LogExcerpt | null;
}

/** The log if it may be shown now. Everyone sees the check runs of a public repository. */
export function showableLog({ deployment, repository, log }: LogView): LogExcerpt | null {
  const mode = chooseLogMode(deployment, repository.private);
  if (mode === 'live') return log;
  return mode === 'final' && deployment.state === 'concluded' ? log : null;
}

/** The job's run time in milliseconds; null if unknown. */
export function measureRun(deployment: Deployment): number | null {
  const end = deployment.jobEndedAt ?? deployment.concludedAt;
  if (deployment.jobStartedAt === null || end === null) return null;
  // In whole seconds, as GitHub computes the duration of a run.
  return Math.max(0, Math.floor(end / 1000) - Math.floor(deployment.jobStartedAt / 1000)) * 1000;
}

/** The job's queue time on Meltano Cloud in milliseconds; null if unknown. */
export function measureQueue(deployment: Deployment): number | null {
  if (deployment.acceptedAt === null || deployment.jobStartedAt === null) return null;
  return Math.max(0, deployment.jobStartedAt - deployment.acceptedAt);
}

export function shortenSha(sha: string): string {
  return sha.slice(0, 7);
}

/** Splits a failure into what happened and the detail: Meltano Cloud's words or a technical cause. */
export function splitProblem(problem: string): { readonly what: string; readonly detail: string | null } {
  const match = /^(Meltano Cloud .{1,80}?): (.+)$/s.exec(problem);
  return match === null
    ? { what: problem, detail: null }
    : { what: match[1] ?? problem, detail: match[2] ?? null };
}

/** The HTTP status of Meltano Cloud's answer in a problem, if there is one. */
export function readAnsweredStatus(problem: string | null): number | null {
  const status = /\banswered (\d{3})\b/.exec(problem ?? '')?.[1];
  return status === undefined ? null : Number(status);
}

export function formatCommitUrl(githubUrl: string, repository: RepositoryName, sha: string): string {
  const path = [repository.owner, repository.name, 'commit', sha].map(encodeURIComponent).join('/');
  return `${githubUrl}/${path}`;
}

/** Who requested a deployment, and how. Unknown for a push without a delivery. */
export function describeRequester(
  { cause, deliveryId, forcedBy, requestedBy }: Deployment,
  person: (login: string) => string,
): string {
  switch (cause) {
    case 'command':
      return `\`/redeploy${forcedBy !== null ? ' --force' : ''}\` by ${person(requestedBy)}`;
    case 'button':
      return `${forcedBy === null ? 'Redeploy' : 'Deploy'} button, pressed by ${person(requestedBy)}`;
    case 'rerun':
      return `re-run by ${person(requestedBy)}`;
    case 'push':
      if (requestedBy !== '') return `push by ${person(requestedBy)}`;
      return isSweepDelivery(deliveryId) ? 'push, found by the app without a webhook delivery' : 'push';
  }
}
