import type { LogExcerpt } from '../domain/log-excerpt.ts';

/** The logs of watched jobs, in memory; a log that isn't there is read again from the job. */
export interface LogSource {
  excerpt(deploymentId: string): LogExcerpt | null;
  /** The last report was written: the log isn't needed any more. */
  forget(deploymentId: string): void;
}
