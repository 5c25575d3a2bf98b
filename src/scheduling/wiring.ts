import type { Logger } from 'pino';
import type { Configuration } from '../config/environment.ts';
import type { Dispatcher, QueueName } from '../domain/dispatcher.ts';
import { type LeaseContext, LeaseLost, type LeaseStore } from '../domain/lease.ts';
import type { Database } from '../store/wiring.ts';
import type { Metrics } from '../web/metrics.ts';
import { InProcessDispatcher } from './in-process-dispatcher.ts';

/** The log repeats the same problem at most this often. */
const REPEAT_MS = 60_000;

export interface Scheduling {
  readonly dispatcher: Dispatcher;
  /** Null if this process is the only instance. */
  readonly shared: SharedScheduling | null;
}

/** Present if several instances may share the database. */
export interface SharedScheduling {
  readonly leases: LeaseContext;
  /** Wake-ups for this process only. */
  readonly local: Dispatcher;
  /** Throws `LeaseLost` if another instance has the caller's lease now. */
  requireLease(): Promise<void>;
  /** Releases all leases of this instance, whether their work is done or not. */
  abandon(): Promise<void>;
}

export interface SchedulingPorts {
  readonly leases: LeaseContext;
  readonly log: Logger;
  readonly metrics: Metrics;
}

/** Wake-ups in this process, or with PostgreSQL across all instances. */
export async function openScheduling(
  { databaseUrl }: Configuration,
  database: Database,
  ports: SchedulingPorts,
): Promise<Scheduling> {
  if (databaseUrl && database.leases) return openShared(databaseUrl, database, database.leases, ports);
  return { shared: null, dispatcher: new InProcessDispatcher({ onError: logError(ports.log) }) };
}

async function openShared(
  url: string,
  { isPooled }: Database,
  store: LeaseStore,
  { leases, log, metrics }: SchedulingPorts,
): Promise<Scheduling> {
  const { startPgBossDispatcher } = await import('./pg-boss-dispatcher.ts');
  const onError = logError(log);
  const dispatcher = await startPgBossDispatcher({
    // LISTEN doesn't work through a pooler: pg-boss polls twice a second instead.
    boss: { connectionString: url, useListenNotify: !isPooled },
    store,
    leases,
    onError,
    onProblem: logProblem(log),
    onTakenOver(taken) {
      for (const { queue, silentMs } of taken) metrics.takenOver(queue, silentMs);
      const silentMs = Math.max(...taken.map((lease) => lease.silentMs));
      log.info({ keys: taken.length, silentMs }, 'Work of another instance was taken over');
    },
  });
  return {
    dispatcher,
    shared: {
      leases,
      local: new InProcessDispatcher({ onError }),
      async requireLease() {
        const lease = leases.current();
        if (lease && !(await store.isHeld(lease))) throw new LeaseLost(lease);
      },
      abandon: () => dispatcher.abandon(),
    },
  };
}

function logError(log: Logger): (error: unknown, queue: QueueName, key: string) => void {
  return (error, queue, key) => {
    if (error instanceof LeaseLost) log.warn({ queue, key }, 'Another instance took over this work');
    else log.error({ err: error, queue, key }, 'A step failed: trying again');
  };
}

/** While the database is unavailable, pg-boss reports the same problem twice a second. */
function logProblem(log: Logger): (problem: unknown) => void {
  const loggedAt = new Map<string, number>();
  return (problem) => {
    const { message = String(problem) } = problem as { message?: string };
    const now = performance.now();
    if (now - (loggedAt.get(message) ?? Number.NEGATIVE_INFINITY) < REPEAT_MS) return;
    if (loggedAt.size >= 100) loggedAt.clear();
    loggedAt.set(message, now);
    log.warn({ problem: message }, 'Wake-ups failed: trying again');
  };
}
