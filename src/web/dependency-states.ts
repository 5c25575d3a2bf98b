import type { Clock } from '../domain/clock.ts';

export type DependencyName = 'github' | 'meltano';

export interface DependencyState {
  readonly state: 'unknown' | 'up' | 'down';
  /** Since when, ISO 8601; null while nothing was asked. */
  readonly since: string | null;
}

/** An account whose requests to Meltano Cloud are held back. */
export interface OpenCircuit {
  readonly account: string;
  /** Since when nothing was answered, ISO 8601. */
  readonly since: string;
}

export interface ServiceStates {
  readonly github: DependencyState;
  readonly meltano: DependencyState & { readonly openCircuits: readonly OpenCircuit[] };
}

/** The last known state of the services that the app calls: shown by `/readyz`, never a reason to be unready. */
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

  /** `openSince`: epoch milliseconds; null for closed. */
  noteCircuit(account: string, openSince: number | null): void {
    if (openSince !== null) this.#openCircuits.set(account, openSince);
    else if (this.#openCircuits.delete(account)) this.#closedAt = this.#clock.elapsed();
  }

  /** Milliseconds since requests of any account were held back by a circuit; 0 while they are. */
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
