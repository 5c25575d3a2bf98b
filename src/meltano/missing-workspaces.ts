const HOUR_MS = 3_600_000;
/** A name that is missing from this many lists within ten minutes most likely has no workspace. */
const READINGS = 3;
const WITHIN_MS = 600_000;
/** Forgetting the oldest name costs one more reading. */
const MAX_NAMES = 10_000;

interface Missing {
  readonly requestedAt: number;
  /** The start times of the last readings since the request. */
  readings: number[];
  /** When the name was found to have no workspace; null if the workspace may be new. */
  noneSince: number | null;
}

/**
 * Repository names without a workspace in the list. A new repository gets its workspace soon. A name that is missing from
 * several lists isn't worth a reading for each push. All times are by the clock's `elapsed`.
 */
export class MissingWorkspaces {
  readonly #missing = new Map<string, Missing>();

  /** Call when the list in memory doesn't contain a requested name. */
  add(name: string, now: number): void {
    const known = this.#missing.get(name);
    if (known && !isOver(known, now)) return;
    const oldest = this.#missing.size >= MAX_NAMES ? this.#missing.keys().next() : null;
    if (oldest && !oldest.done) this.#missing.delete(oldest.value);
    this.#missing.delete(name);
    this.#missing.set(name, { requestedAt: now, readings: [], noneSince: null });
  }

  /** Call after each reading of the list. The caller removes the names that it finds. */
  noteReading(beganAt: number): void {
    for (const one of this.#missing.values()) {
      if (beganAt < one.requestedAt || one.noneSince !== null) continue;
      one.readings = [...one.readings, beganAt].slice(-READINGS);
      const [first = beganAt] = one.readings;
      if (one.readings.length === READINGS && beganAt - first <= WITHIN_MS) one.noneSince = beganAt;
    }
  }

  remove(name: string): void {
    this.#missing.delete(name);
  }

  /** True for an hour after the name was missing from several lists. */
  hasNone(name: string, now: number): boolean {
    const known = this.#missing.get(name);
    return known !== undefined && known.noneSince !== null && !isOver(known, now);
  }
}

function isOver({ noneSince }: Missing, now: number): boolean {
  return noneSince !== null && now - noneSince >= HOUR_MS;
}
