import type { CommitRun, CommitRunReader, NewCommitRun } from '../domain/commit-run.ts';
import type { Deployment } from '../domain/deployment.ts';
import type { DeploymentReader } from '../domain/deployment-store.ts';
import type { RequiredVerdict } from '../domain/required-check.ts';

interface RequiredCheckChange {
  readonly verdict: RequiredVerdict;
  readonly state: CommitRun['state'];
  /** Something that the check run shows changed. */
  readonly isShown: boolean;
  /** Another check run is begun. */
  readonly isNewRun: boolean;
}

export interface OpenRequiredChecks {
  /** Stores the check run, or joins what asks for it. Changes nothing once the delivery is planned. */
  openRequiredCheck(deliveryId: string, run: NewCommitRun): Promise<void>;
}

export interface CommitDeployments {
  /** The deployments for pushes and requests of a commit, started or not, in any order. */
  listCommitDeployments(commit: Pick<CommitRun, 'repositoryId' | 'sha'>): Promise<Deployment[]>;
}

export interface RequiredCheckStore extends CommitRunReader, DeploymentReader, CommitDeployments {
  /** The ids of required checks that depend on a deployment: of its commit, and of commits whose deployments it replaced. */
  listRequiredChecksOf(deployment: Deployment): Promise<string[]>;
  /** Null if the run changed meanwhile, or another one may not begin yet. */
  saveRequiredCheck(run: CommitRun, change: RequiredCheckChange): Promise<CommitRun | null>;
}
