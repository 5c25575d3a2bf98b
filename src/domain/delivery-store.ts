import type { Delivery, EventIdentity } from './delivery.ts';
import type { KeptPush } from './kept-push.ts';

export interface ReceivedDelivery extends Pick<Delivery, 'id' | 'name' | 'receivedAt' | 'event'> {
  /** Missing: only its GUID tells it from others. */
  readonly identity?: EventIdentity;
}

export interface DeliveryStore {
  /**
   * Stores a delivery durably, an ignored one with its outcome, and a push that is to be kept with it; false when its GUID
   * or its event was there before.
   */
  record(delivery: ReceivedDelivery, push?: KeptPush): Promise<boolean>;
  /** Resolves when no delivery waits to be stored. */
  untilRecorded(): Promise<void>;
  /** Repositories with deliveries that are not planned yet. */
  listPendingRepositories(): Promise<number[]>;
  /** The unplanned deliveries of a repository that came at `since` (epoch milliseconds) or later, in the order of receipt. */
  listPending(repositoryId: number, since?: number): Promise<Delivery[]>;
  postpone(id: string, attempts: number, retryAt: number): Promise<void>;
  findDelivery(id: string): Promise<Delivery | null>;
}
