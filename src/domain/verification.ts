import type { Deployment } from './deployment.ts';
import { formatWatchId, type PipelineWatch, type PipelineWatchReader } from './pipeline-watch.ts';

/** The verification of pipelines after a deployment; null if there is none. */
export function readVerification(
  { id, settlingSince }: Deployment,
  store: PipelineWatchReader,
): Promise<PipelineWatch | null> {
  return settlingSince === null
    ? Promise.resolve(null)
    : store.getPipelineWatch(formatWatchId('verification', id));
}

export function hasFailedVerification(watch: PipelineWatch | null): boolean {
  return watch?.pipelines.some(({ outcome }) => outcome === 'failed') ?? false;
}

/** The id in memory of the log of a verification that failed. It goes with the log of the deployment. */
export function formatVerificationLogId({ id }: Deployment): string {
  return `${id} verification`;
}
