import type { AppEvent, Delivery, EventIdentity } from './delivery.ts';
import type { KeptPush } from './kept-push.ts';

export interface ReceivedDelivery {
  /** GitHub's delivery GUID, the same for each redelivery. */
  readonly id: string;
  readonly name: string;
  readonly receivedAt: number;
  readonly event: AppEvent;
  /** Missing if only the GUID identifies the delivery. */
  readonly identity?: EventIdentity;
}

/** The port of intake. */
export interface ReceivedDeliveries {
  /** Stores a delivery durably, and its push if given. Returns false if the GUID or the event is already stored. */
  record(delivery: ReceivedDelivery, push?: KeptPush): Promise<boolean>;
}

/** The port of planning. */
export interface DeliveryStore extends ReceivedDeliveries {
  /** Resolves when no delivery waits to be stored. */
  untilRecorded(): Promise<void>;
  /** The unplanned deliveries of a repository received at `since` (epoch milliseconds) or later, in the order of receipt. */
  listPending(repositoryId: number, since?: number): Promise<Delivery[]>;
  postpone(id: string, attempts: number, retryAt: number): Promise<void>;
  findDelivery(id: string): Promise<Delivery | null>;
}
