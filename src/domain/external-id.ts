import type { Deployment } from './deployment.ts';

/** The content of a check run's `external_id`. */
export interface ExternalId {
  readonly workspaceId: string;
  readonly deploymentId: string;
  readonly jobId: string | null;
}

/** `<workspace>/<deployment>`, and `/<job>` once the job is known. */
export function formatExternalId({ workspaceId, id, jobId }: Deployment): string {
  return jobId === null ? `${workspaceId}/${id}` : `${workspaceId}/${id}/${jobId}`;
}

/** Returns null if the text isn't from `formatExternalId`. */
export function parseExternalId(text: string): ExternalId | null {
  const [workspaceId, deploymentId, jobId, ...rest] = text.split('/');
  if (!workspaceId || !deploymentId || jobId === '' || rest.length > 0) return null;
  return { workspaceId, deploymentId, jobId: jobId ?? null };
}
