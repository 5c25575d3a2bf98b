import type { Deployment, ReportProgress } from '../domain/deployment.ts';
import type { DeploymentReader } from '../domain/deployment-store.ts';

/**
 * When each installation was last found usable again, so that the instance that writes for it stops waiting. Without this
 * hint, waiting writes are retried within a quarter of an hour.
 */
export interface ResumeStore {
  saveResumedAt(installationId: number, time: number): Promise<void>;
  readResumedAt(installationId: number): Promise<number | null>;
}

/** The work of the instance that writes for an installation. */
export interface ReportQueue {
  /** The installation's deployments that are open, or whose check run is outdated or may exist twice. */
  listReportable(installationId: number): Promise<Deployment[]>;
}

export interface ReportStore extends DeploymentReader {
  /** Stores the progress of a run's report. Never makes a report due. */
  saveReport(id: string, report: Partial<Omit<ReportProgress, 'revision'>>): Promise<void>;
}
