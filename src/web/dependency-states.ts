import type { Clock } from '../domain/ports.ts';

export type DependencyName = 'github' | 'meltano';

export interface DependencyState {
  readonly state: 'unknown' | 'up' | 'down';
  /** Since when, ISO 8601; null while nothing was asked. */
  readonly since: string | null;
}

/** The last known state of the services that the app calls: shown by `/readyz`, never a reason to be unready. */
export class DependencyStates {
  readonly #clock: Clock;
  readonly #states: Record<DependencyName, DependencyState> = {
    github: { state: 'unknown', since: null },
    meltano: { state: 'unknown', since: null },
  };

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  note(name: DependencyName, isUp: boolean): void {
    const state = isUp ? 'up' : 'down';
    if (this.#states[name].state === state) return;
    this.#states[name] = { state, since: new Date(this.#clock.now()).toISOString() };
  }

  read(): Readonly<Record<DependencyName, DependencyState>> {
    return { ...this.#states };
  }
}
