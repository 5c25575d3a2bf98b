import type { Deployment } from './deployment.ts';

/** The content of a check run's `external_id`. */
export interface ExternalId {
  readonly workspaceId: string;
  readonly deploymentId: string;
  readonly jobId: string | null;
}

/** `<workspace>/<deployment>`, and `/<job>` once a job is known: the last one. */
export function formatExternalId({ workspaceId, id, jobId, firstTry }: Deployment): string {
  const known = jobId ?? firstTry?.jobId ?? null;
  return known === null ? `${workspaceId}/${id}` : `${workspaceId}/${id}/${known}`;
}

/** Returns null if the text isn't from `formatExternalId`. */
export function parseExternalId(text: string): ExternalId | null {
  const [workspaceId, deploymentId, jobId, ...rest] = text.split('/');
  if (!workspaceId || !deploymentId || jobId === '' || rest.length > 0) return null;
  return { workspaceId, deploymentId, jobId: jobId ?? null };
}
