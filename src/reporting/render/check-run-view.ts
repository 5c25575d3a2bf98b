import type { CheckAnnotation, WorkspaceErrors } from '../../domain/commit-run.ts';
import type { Deployment, Repository } from '../../domain/deployment.ts';
import type { LogExcerpt } from '../../domain/log-excerpt.ts';
import type { PipelineWatch } from '../../domain/pipeline-watch.ts';
import type { WayBack } from '../../domain/way-back.ts';

/** A deployment that another one refers to. */
export interface OtherDeployment {
  readonly sha: string;
  readonly checkRunUrl: string | null;
}

/** The check run about the projects of a commit. */
interface ShownProjectCheck extends OtherDeployment {
  /** The errors in the section of the workspace. */
  readonly errors: WorkspaceErrors | null;
  /** What changes in the projects: Markdown. Set if a person decides by it. */
  readonly plan?: string;
}

/** The input of a check run's rendering. */
export interface CheckRunView {
  readonly deployment: Deployment;
  readonly repository: Repository;
  /** The page of the workspace on Meltano Cloud. */
  readonly workspaceUrl: string;
  /** GitHub's web origin, e.g. `https://github.com`. */
  readonly githubUrl: string;
  /** The check of the commit's projects, if the deployment had to wait for it. */
  readonly projectCheck: ShownProjectCheck | null;
  /** The running deployment of the same workspace. */
  readonly waitsFor: OtherDeployment | 'another repository' | null;
  /** The deployment of the workspace before this one, if it failed and so ended this one. */
  readonly predecessor: OtherDeployment | null;
  /** The deployment that replaced this one. */
  readonly supersededBy: OtherDeployment | null;
  /** The deployment whose re-run created this one. */
  readonly redeployOf: OtherDeployment | null;
  /** The deployment that the last re-run of this check run created. */
  readonly redeployedAs: OtherDeployment | null;
  /** True if no issue could be opened about this failure. */
  readonly areIssuesDisabled: boolean;
  /** How to return to the last good commit after a failure. */
  readonly wayBack: WayBack | null;
  /** Null if nothing was read yet. */
  readonly log: LogExcerpt | null;
  /** The log of the first try; null if there was none, or it wasn't read. */
  readonly firstLog: LogExcerpt | null;
  /** The verification of pipelines after the deployment. */
  readonly verification: PipelineWatch | null;
  /** The log of a failed verification. Only one error in it may be shown. */
  readonly verificationLog: LogExcerpt | null;
  /** Minutes, for the wording of time-outs. */
  readonly deployTimeoutMinutes: number;
  readonly startTimeoutMinutes: number;
  readonly now: number;
}

/** A button. GitHub allows 20, 40 and 20 characters. */
export interface CheckRunAction {
  readonly label: string;
  readonly description: string;
  readonly identifier: string;
}

/** The fields of one create or update of a check run, as GitHub names them. */
export interface CheckRunFields {
  readonly name: string;
  readonly head_sha: string;
  readonly external_id: string;
  readonly details_url: string;
  readonly status: 'queued' | 'in_progress' | 'completed';
  readonly started_at: string;
  readonly conclusion?:
    | 'success'
    | 'failure'
    | 'cancelled'
    | 'skipped'
    | 'timed_out'
    | 'neutral'
    | 'action_required';
  readonly completed_at?: string;
  /** The buttons of a completed run. */
  readonly actions?: CheckRunAction[];
  readonly output: {
    readonly title: string;
    readonly summary: string;
    readonly text?: string;
    /** At most 50. GitHub adds them to the existing ones. */
    readonly annotations?: CheckAnnotation[];
  };
}
