import type { Deployment } from './deployment.ts';

/** What a check run's `external_id` says about the deployment behind it. */
export interface ExternalId {
  readonly workspaceId: string;
  readonly deploymentId: string;
  readonly jobId: string | null;
}

/** `<workspace>/<deployment>`, and `/<job>` once the job is known. */
export function formatExternalId(deployment: Pick<Deployment, 'workspaceId' | 'id' | 'jobId'>): string {
  const { workspaceId, id, jobId } = deployment;
  return jobId === null ? `${workspaceId}/${id}` : `${workspaceId}/${id}/${jobId}`;
}

/** Null for anything that `formatExternalId` can't have made. */
export function parseExternalId(text: string): ExternalId | null {
  const [workspaceId, deploymentId, jobId, ...rest] = text.split('/');
  if (!workspaceId || !deploymentId || jobId === '' || rest.length > 0) return null;
  return { workspaceId, deploymentId, jobId: jobId ?? null };
}
