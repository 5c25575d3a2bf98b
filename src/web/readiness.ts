import type { Clock } from '../domain/clock.ts';
import { ageOf } from '../domain/stored-times.ts';
import type { DependencyStates } from './dependency-states.ts';
import type { HealthStore } from './health.ts';

/** The database isn't asked more often for what costs a sync to disk, however often it is looked at. */
const CHECK_EVERY_MS = 5_000;
/** A delivery is planned within a second, or tried again at a time that is stored. */
const PLANNED_WITHIN_MS = 5 * 60_000;

export interface ReadinessPorts {
  readonly clock: Clock;
  /** Rejects while the database is away. */
  readonly pingDatabase: () => Promise<unknown>;
  readonly health: HealthStore;
  readonly dependencies: DependencyStates;
  /** Since when (on the clock's `elapsed`) work is taken; null while the process starts or stops. */
  readonly workingSince: () => number | null;
}

export interface Readiness {
  readonly database: 'up' | 'down';
  readonly worker: 'up' | 'down';
  /** Why the process is not ready; empty when it is. */
  readonly problems: readonly string[];
}

export function createReadiness(ports: ReadinessPorts): () => Promise<Readiness> {
  const { clock, pingDatabase, workingSince } = ports;
  const checkDatabase = askRarely(clock, () => findDatabaseProblem(ports));
  const checkDeliveries = askRarely(clock, () => findDeliveryProblem(ports));
  return async () => {
    const isUp = await pingDatabase().then(
      () => true,
      () => false,
    );
    const databaseProblem = isUp ? await checkDatabase() : 'The database does not answer.';
    const isWorking = workingSince() !== null;
    const problems = [
      databaseProblem,
      isWorking ? null : 'The process starts or stops.',
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

/** A retry that is stored, or an account whose requests are held back, is a reason to wait. */
async function findDeliveryProblem(ports: ReadinessPorts): Promise<string | null> {
  const { clock, health, dependencies, workingSince } = ports;
  const oldest = await health.readOldestDue(clock.now()).catch(() => null);
  if (oldest === null) return null;
  const workedFor = clock.elapsed() - (workingSince() ?? clock.elapsed());
  const waited = Math.min(ageOf(clock, oldest), workedFor, dependencies.sinceHeld());
  if (waited < PLANNED_WITHIN_MS) return null;
  return `Deliveries have waited for ${Math.floor(waited / 60_000)} minutes to be planned, for no known reason.`;
}

function askRarely<T>(clock: Clock, ask: () => Promise<T>): () => Promise<T> {
  let last: { readonly answer: Promise<T>; readonly askedAt: number } | null = null;
  return () => {
    if (last === null || clock.elapsed() - last.askedAt >= CHECK_EVERY_MS) {
      last = { answer: ask(), askedAt: clock.elapsed() };
    }
    return last.answer;
  };
}
