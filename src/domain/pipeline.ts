/** The statuses of the API reference. */
export type PipelineStatus = 'DRAFT' | 'PROVISIONING' | 'READY' | 'FAILED';

/** A pipeline of a workspace. Its settings, script and actions may hold secrets and are never decoded. */
export interface Pipeline {
  readonly id: string;
  /** A `PipelineStatus`, or an unknown one as Meltano Cloud shows it. */
  readonly status: string;
  /** For display: its name, else its label, else the name of its file, else its id. */
  readonly name: string;
  readonly label: string | null;
  /** A cron expression with six fields, or null. */
  readonly schedule: string | null;
  /** Names of pipelines, or `deploy`. */
  readonly triggeredBy: readonly string[];
  /** Names of plugins and data stores. */
  readonly dataComponents: readonly string[];
  /** The file that it comes from: relative to the repository, or to the workspace's directory. */
  readonly repositoryPath: string | null;
  /** By Meltano Cloud's clock (epoch milliseconds): compare it only with other times of Meltano Cloud. */
  readonly lastModified: number | null;
}

export interface PipelineList {
  readonly pipelines: readonly Pipeline[];
  /** How many Meltano Cloud counts; null if it doesn't say. Larger than the list if its pages repeat. */
  readonly total: number | null;
}

/** True if a deployment that succeeds starts the pipeline. */
export function runsAfterDeployment({ triggeredBy }: Pipeline): boolean {
  return triggeredBy.some((one) => one.toLowerCase() === 'deploy');
}
