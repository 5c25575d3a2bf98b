import type { Kysely } from 'kysely';
import type { Logger } from 'pino';
import type { Configuration } from '../config/environment.ts';
import type { Dispatcher, QueueName } from '../domain/dispatcher.ts';
import { type LeaseContext, LeaseLost } from '../domain/lease.ts';
import { createInProcessDispatcher } from '../scheduling/in-process-dispatcher.ts';
import { createLeaseContext } from '../scheduling/lease-context.ts';
import { createLeaseStore } from '../store/lease-store.ts';
import { DeliveryRecorder } from '../store/record-deliveries.ts';
import type { Schema } from '../store/schema.ts';
import { openSqlite } from '../store/sqlite.ts';
import type { Metrics } from '../web/metrics.ts';

/** How often the same problem is told (milliseconds). */
const TELL_AGAIN_MS = 60_000;

/** Where things are stored, and who says what needs a look. */
export interface Backend {
  readonly db: Kysely<Schema>;
  /** What stores deliveries. */
  readonly recorder: DeliveryRecorder;
  readonly dispatcher: Dispatcher;
  /** Null: this process is the only one. */
  readonly shared: SharedBackend | null;
  close(): Promise<void>;
}

/** What several instances need. */
export interface SharedBackend {
  readonly leases: LeaseContext;
  /** Wake-ups of this process alone. */
  readonly local: Dispatcher;
  /** Throws `LeaseLost` when the caller works on behalf of a lease that another instance has now. */
  requireLease(): Promise<void>;
  /** Lets other instances have all that this one holds, done or not. */
  abandon(): Promise<void>;
}

/** The embedded database, or the PostgreSQL server of `DATABASE_URL`. */
export function openBackend(
  configuration: Configuration,
  log: Logger,
  metrics: Pick<Metrics, 'takenOver'>,
): Promise<Backend> {
  const { databaseUrl } = configuration;
  return databaseUrl ? openShared(databaseUrl, log, metrics) : openEmbedded(configuration.dataDirectory, log);
}

async function openEmbedded(directory: string, log: Logger): Promise<Backend> {
  const { db, close } = await openSqlite(directory);
  return {
    db,
    recorder: new DeliveryRecorder(db),
    close,
    shared: null,
    dispatcher: createInProcessDispatcher({ onError: tellError(log) }),
  };
}

async function openShared(url: string, log: Logger, metrics: Pick<Metrics, 'takenOver'>): Promise<Backend> {
  // Only now: the embedded database needs none of it, and a start is a fifth quicker without.
  const [{ DELIVERY_CONNECTIONS, openPostgres }, { startPgBossDispatcher }] = await Promise.all([
    import('../store/postgres.ts'),
    import('../scheduling/pg-boss-dispatcher.ts'),
  ]);
  const leases = createLeaseContext();
  const onConnectionLost = (err: Error) => log.warn({ err }, 'A connection to the database was lost');
  const { db, deliveries, isPooled, close } = await openPostgres({ url, leases, onConnectionLost });
  const store = createLeaseStore(db);
  const onError = tellError(log);
  const dispatcher = await startPgBossDispatcher({
    // Through a pooler nothing is heard: wake-ups come by looking for them twice a second.
    boss: { connectionString: url, useListenNotify: !isPooled },
    store,
    leases,
    onError,
    onProblem: tellProblem(log),
    onTakenOver(taken) {
      for (const { queue, silentMs } of taken) metrics.takenOver(queue, silentMs);
      const silentMs = Math.max(...taken.map((lease) => lease.silentMs));
      log.info({ keys: taken.length, silentMs }, 'Work of another instance was taken over');
    },
  }).catch(async (error: unknown) => {
    await close();
    throw error;
  });
  const local = createInProcessDispatcher({ onError });
  const requireLease = async () => {
    const lease = leases.current();
    if (lease && !(await store.isHeld(lease))) throw new LeaseLost(lease);
  };
  return {
    db,
    recorder: new DeliveryRecorder(deliveries, DELIVERY_CONNECTIONS),
    close,
    dispatcher,
    shared: { leases, local, requireLease, abandon: () => dispatcher.abandon() },
  };
}

function tellError(log: Logger): (error: unknown, queue: QueueName, key: string) => void {
  return (error, queue, key) => {
    if (error instanceof LeaseLost) log.warn({ queue, key }, 'Another instance goes on with this');
    else log.error({ err: error, queue, key }, 'A step failed: trying again');
  };
}

/** While the database is away the same problem comes twice a second: it is told once in a while. */
function tellProblem(log: Logger): (problem: unknown) => void {
  const toldAt = new Map<string, number>();
  return (problem) => {
    const { message = String(problem) } = problem as { message?: string };
    const now = performance.now();
    if (now - (toldAt.get(message) ?? Number.NEGATIVE_INFINITY) < TELL_AGAIN_MS) return;
    if (toldAt.size >= 100) toldAt.clear();
    toldAt.set(message, now);
    log.warn({ problem: message }, 'The wake-ups have a problem: they are tried again');
  };
}
