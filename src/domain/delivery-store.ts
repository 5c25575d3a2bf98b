import type { AppEvent, Delivery, EventIdentity } from './delivery.ts';
import type { KeptPush } from './kept-push.ts';

export interface ReceivedDelivery {
  /** GitHub's delivery GUID, the same for each redelivery. */
  readonly id: string;
  readonly name: string;
  readonly receivedAt: number;
  readonly event: AppEvent;
  /** Missing: only its GUID identifies it. */
  readonly identity?: EventIdentity;
}

/** What intake stores. */
export interface ReceivedDeliveries {
  /**
   * Stores a delivery durably, an ignored one with its outcome, and a push that is to be kept with it; false when its GUID
   * or its event was there before.
   */
  record(delivery: ReceivedDelivery, push?: KeptPush): Promise<boolean>;
}

/** What planning takes up. */
export interface DeliveryStore extends ReceivedDeliveries {
  /** Resolves when no delivery waits to be stored. */
  untilRecorded(): Promise<void>;
  /** The unplanned deliveries of a repository that came at `since` (epoch milliseconds) or later, in the order of receipt. */
  listPending(repositoryId: number, since?: number): Promise<Delivery[]>;
  postpone(id: string, attempts: number, retryAt: number): Promise<void>;
  findDelivery(id: string): Promise<Delivery | null>;
}
