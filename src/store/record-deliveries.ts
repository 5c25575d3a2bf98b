import type { Kysely } from 'kysely';
import type { AppEvent } from '../domain/delivery.ts';
import type { ReceivedDelivery } from '../domain/delivery-store.ts';
import type { KeptPush } from '../domain/kept-push.ts';
import type { Schema, StoredEvent } from './schema.ts';

/** Deliveries per statement. The driver caches one prepared statement for each group size. */
const MAX_GROUP = 32;
/** A database refuses bad content quickly. A slower failure is an outage, and GitHub doesn't wait for a second attempt. */
const REFUSED_WITHIN_MS = 1_000;

interface Waiting {
  readonly delivery: ReceivedDelivery;
  readonly push: KeptPush | undefined;
  readonly resolve: (isNew: boolean) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Stores deliveries in groups: all that arrive in the same turn share a statement and its sync to disk, the slowest part.
 * If a group is refused, each delivery is stored on its own.
 */
export class DeliveryRecorder {
  readonly #db: Kysely<Schema>;
  readonly #statements: number;
  #waiting: Waiting[] = [];
  #underWay = 0;
  #idle: PromiseWithResolvers<void> | null = null;

  /** `statements` limits the concurrent statements. Deliveries that arrive meanwhile share the next one. */
  constructor(db: Kysely<Schema>, statements = Number.POSITIVE_INFINITY) {
    this.#db = db;
    this.#statements = statements;
  }

  /** Resolves when the delivery is on disk: true if it is new. */
  record(delivery: ReceivedDelivery, push?: KeptPush): Promise<boolean> {
    return new Promise((resolve, reject) => {
      // Waits for all requests of the same turn.
      if (this.#waiting.length === 0) setImmediate(() => this.#storeWaiting());
      this.#waiting.push({ delivery, push, resolve, reject });
      this.#idle ??= Promise.withResolvers();
    });
  }

  /** Resolves when no delivery waits to be stored. */
  async untilRecorded(): Promise<void> {
    await this.#idle?.promise;
  }

  #storeWaiting(): void {
    while (this.#waiting.length > 0 && this.#underWay < this.#statements) {
      this.#underWay += 1;
      void this.#storeGroup(this.#waiting.splice(0, MAX_GROUP)).then(() => {
        this.#underWay -= 1;
        this.#storeWaiting();
      });
    }
    if (this.#underWay > 0 || this.#waiting.length > 0) return;
    this.#idle?.resolve();
    this.#idle = null;
  }

  async #storeGroup(group: readonly Waiting[]): Promise<void> {
    const began = performance.now();
    try {
      const stored = await insertGroup(this.#db, group);
      // If two have the same GUID, only the first is new.
      for (const { delivery, resolve } of group) resolve(stored.delete(delivery.id));
    } catch (error) {
      if (group.length > 1 && performance.now() - began < REFUSED_WITHIN_MS) {
        for (const one of group) await this.#storeGroup([one]);
      } else {
        for (const { reject } of group) reject(error);
      }
    }
  }
}

/** Stores the deliveries with a new GUID and a new event, and their pushes. Returns the ids of the stored ones. */
async function insertGroup(db: Kysely<Schema>, group: readonly Waiting[]): Promise<Set<string>> {
  const deliveries = group.map(({ delivery }) => delivery);
  if (group.every(({ push }) => push === undefined)) return insertDeliveries(db, deliveries);
  return db.transaction().execute(async (tx) => {
    const stored = await insertDeliveries(tx, deliveries);
    const unkept = new Set(stored);
    for (const { delivery, push } of group) {
      if (unkept.delete(delivery.id) && push) await keepPush(tx, delivery, push);
    }
    return stored;
  });
}

/** Replaces the older push of the branch. */
async function keepPush(db: Kysely<Schema>, delivery: ReceivedDelivery, push: KeptPush): Promise<void> {
  const { receivedAt } = delivery;
  const { ref, pushedAt, payload } = push;
  await db
    .insertInto('pushPayload')
    .values({
      id: formatBranchKey(delivery.event.repository.id, ref),
      payload,
      pushedAt,
      receivedAt,
    })
    .onConflict((conflict) =>
      conflict
        .column('id')
        .doUpdateSet({ payload, pushedAt, receivedAt })
        .where('pushPayload.pushedAt', '<=', pushedAt),
    )
    .execute();
}

async function insertDeliveries(
  db: Kysely<Schema>,
  deliveries: readonly ReceivedDelivery[],
): Promise<Set<string>> {
  const rows = await db
    .insertInto('delivery')
    .values(
      deliveries.map(({ id, name, receivedAt, event, identity }) => ({
        id,
        name,
        receivedAt,
        retryAt: null,
        repositoryId: event.repository.id,
        ...splitMessage(event),
        fingerprint: identity?.fingerprint ?? null,
        signedAt: identity?.signedAt ?? null,
        afterSha: event.kind === 'push' ? event.after : null,
        outcome: event.kind === 'ignored' ? event.reason : null,
      })),
    )
    .onConflict((conflict) => conflict.doNothing())
    .returning('id')
    .execute();
  return new Set(rows.map(({ id }) => id));
}

/** The commit message has its own column, so planning can delete it. */
function splitMessage(event: AppEvent): StoredEvent {
  if (event.kind !== 'push' || typeof event.message !== 'string') {
    return {
      event: JSON.stringify(event),
      message: null,
    };
  }
  const { message, ...rest } = event;
  return {
    event: JSON.stringify(rest),
    message,
  };
}

/** The primary key of `push_payload`. `ref` is `refs/heads/…`. */
export function formatBranchKey(repositoryId: number, ref: string): string {
  return `${repositoryId} ${ref}`;
}
