import type { ApprovalReader } from './approval.ts';
import type { Deployment } from './deployment.ts';

export interface ApprovalStore extends ApprovalReader {
  /** The repository's deployments that ended because nobody has approved them yet, newest first. */
  listUnapproved(repositoryId: number): Promise<Deployment[]>;
  /** Ends the wait of a deployment that nobody approved in time. Returns it; null if it had ended before. */
  expireApproval(id: string): Promise<Deployment | null>;
}
