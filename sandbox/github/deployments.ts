import type { SandboxAccount, SandboxRepository } from './model.ts';

export const DEPLOYMENT_STATES = [
  ...(['error', 'failure', 'inactive', 'in_progress', 'queued', 'pending', 'success'] as const),
] as const;
type DeploymentState = (typeof DEPLOYMENT_STATES)[number];

export interface SandboxDeploymentStatus {
  readonly id: number;
  readonly state: DeploymentState;
  readonly description: string;
  readonly logUrl: string;
  readonly environmentUrl: string;
  readonly createdAt: number;
}

export interface SandboxDeployment {
  readonly id: number;
  readonly repositoryId: number;
  readonly sha: string;
  readonly ref: string;
  readonly task: string;
  readonly environment: string;
  readonly description: string | null;
  readonly payload: unknown;
  readonly creator: SandboxAccount;
  readonly createdAt: number;
  /** Oldest first. */
  readonly statuses: SandboxDeploymentStatus[];
}

/** Newest first, as GitHub lists them. */
export function deploymentsOf(
  all: ReadonlyMap<number, SandboxDeployment>,
  repository: SandboxRepository,
): SandboxDeployment[] {
  return [...all.values()].filter(({ repositoryId }) => repositoryId === repository.id).reverse();
}
