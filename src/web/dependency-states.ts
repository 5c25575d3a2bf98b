import type { Clock } from '../domain/clock.ts';

export type DependencyName = 'github' | 'meltano';

export interface DependencyState {
  readonly state: 'unknown' | 'up' | 'down';
  /** The time of the last change, ISO 8601; null before the first request. */
  readonly since: string | null;
}

/** An account whose requests to Meltano Cloud are held back. */
interface OpenCircuit {
  readonly account: string;
  /** The time of the first unanswered request, ISO 8601. */
  readonly since: string;
}

export interface ServiceStates {
  readonly github: DependencyState;
  readonly meltano: DependencyState & { readonly openCircuits: readonly OpenCircuit[] };
}

/** The last known state of GitHub and Meltano Cloud. `/readyz` shows it, but it never makes the app unready. */
export class DependencyStates {
  readonly #clock: Clock;
  readonly #states: Record<DependencyName, DependencyState> = {
    github: { state: 'unknown', since: null },
    meltano: { state: 'unknown', since: null },
  };
  readonly #openCircuits = new Map<string, number>();
  #closedAt = -Infinity;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  note(name: DependencyName, isUp: boolean): void {
    const state = isUp ? 'up' : 'down';
    if (this.#states[name].state === state) return;
    this.#states[name] = { state, since: new Date(this.#clock.now()).toISOString() };
  }

  /** `openSince` is in epoch milliseconds, or null for a closed circuit. */
  noteCircuit(account: string, openSince: number | null): void {
    if (openSince !== null) this.#openCircuits.set(account, openSince);
    else if (this.#openCircuits.delete(account)) this.#closedAt = this.#clock.elapsed();
  }

  /** Milliseconds since the last circuit closed; 0 while one is open. */
  sinceHeld(): number {
    return this.#openCircuits.size > 0 ? 0 : this.#clock.elapsed() - this.#closedAt;
  }

  read(): ServiceStates {
    const openCircuits = [...this.#openCircuits].map(([account, since]) => ({
      account,
      since: new Date(since).toISOString(),
    }));
    return { github: this.#states.github, meltano: { ...this.#states.meltano, openCircuits } };
  }
}
