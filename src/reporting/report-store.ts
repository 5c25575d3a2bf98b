import type { Deployment, ReportProgress } from '../domain/deployment.ts';
import type { DeploymentReader } from '../domain/deployment-store.ts';

/**
 * When an installation was last found to be usable again, for whichever instance waits before it writes for it. Only a
 * hint: without it what waits is tried again within a quarter of an hour.
 */
export interface ResumeStore {
  saveResumedAt(installationId: number, time: number): Promise<void>;
  /** Null for never. */
  readResumedAt(installationId: number): Promise<number | null>;
}

/** The work of the instance that writes for an installation. */
export interface ReportQueue {
  /** The installation's deployments that are open, or whose check run is outdated or may exist twice. */
  listReportable(installationId: number): Promise<Deployment[]>;
}

export interface ReportStore extends DeploymentReader {
  /** Notes what was written (or tried) of a deployment, or of a configuration run; never makes a report due. */
  saveReport(id: string, report: Partial<Omit<ReportProgress, 'revision'>>): Promise<void>;
}
