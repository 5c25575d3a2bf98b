import type { Clock } from '../domain/clock.ts';
import { ageOf } from '../domain/stored-times.ts';
import type { DependencyStates } from './dependency-states.ts';

/** Limits the checks of the database, because a write costs a sync to disk. */
const CHECK_EVERY_MS = 5_000;
/** A delivery is planned within a second, unless the store holds a time for a retry. */
const PLANNED_WITHIN_MS = 5 * 60_000;

export interface HealthStore {
  /** Writes a note as durably as a delivery. Returns null, or the reason of the failure in a few words. */
  tryWrite(now: number): Promise<string | null>;
  /** When the oldest unplanned delivery was due (epoch milliseconds); null if none is due. */
  readOldestDue(now: number): Promise<number | null>;
}

export interface ReadinessPorts {
  readonly clock: Clock;
  /** Rejects while the database is unavailable. */
  readonly pingDatabase: () => Promise<unknown>;
  readonly health: HealthStore;
  readonly dependencies: DependencyStates;
  /** When the process began to take work (by the clock's `elapsed`); null while it starts or stops. */
  readonly workingSince: () => number | null;
}

export interface Readiness {
  readonly database: 'up' | 'down';
  readonly worker: 'up' | 'down';
  /** Empty if the process is ready. */
  readonly problems: readonly string[];
}

export function createReadiness(ports: ReadinessPorts): () => Promise<Readiness> {
  const { clock, pingDatabase, workingSince } = ports;
  const checkDatabase = limitChecks(clock, () => findDatabaseProblem(ports));
  const checkDeliveries = limitChecks(clock, () => findDeliveryProblem(ports));
  return async () => {
    const isUp = await pingDatabase().then(
      () => true,
      () => false,
    );
    const databaseProblem = isUp ? await checkDatabase() : 'The database does not answer.';
    const isWorking = workingSince() !== null;
    const problems = [
      databaseProblem,
      isWorking ? null : 'The process is starting or stopping.',
      isUp && isWorking ? await checkDeliveries() : null,
    ];
    return {
      database: databaseProblem === null ? 'up' : 'down',
      worker: isWorking ? 'up' : 'down',
      problems: problems.filter((problem) => problem !== null),
    };
  };
}

async function findDatabaseProblem({ health, clock }: ReadinessPorts): Promise<string | null> {
  const problem = await health.tryWrite(clock.now());
  return problem === null ? null : `The database takes no writes: ${problem}.`;
}

/** Deliveries may wait for a stored retry, or while the requests of an account are held back. */
async function findDeliveryProblem(ports: ReadinessPorts): Promise<string | null> {
  const { clock, health, dependencies, workingSince } = ports;
  const oldest = await health.readOldestDue(clock.now()).catch(() => null);
  if (oldest === null) return null;
  const workedFor = clock.elapsed() - (workingSince() ?? clock.elapsed());
  const waited = Math.min(ageOf(clock, oldest), workedFor, dependencies.sinceHeld());
  if (waited < PLANNED_WITHIN_MS) return null;
  return `Deliveries have waited for ${Math.floor(waited / 60_000)} minutes to be planned, for no known reason.`;
}

/** Runs `check` at most once in `CHECK_EVERY_MS`, and shares the result meanwhile. */
function limitChecks<T>(clock: Clock, check: () => Promise<T>): () => Promise<T> {
  let last: { readonly result: Promise<T>; readonly checkedAt: number } | null = null;
  return () => {
    if (last === null || clock.elapsed() - last.checkedAt >= CHECK_EVERY_MS) {
      last = { result: check(), checkedAt: clock.elapsed() };
    }
    return last.result;
  };
}
