const HOUR_MS = 3_600_000;
/** So many readings within ten minutes that knew nothing: most likely there is no workspace (milliseconds). */
const READINGS = 3;
const WITHIN_MS = 600_000;
/** Oldest ones are forgotten first: that costs one more reading. */
const MOST_KEPT = 10_000;

interface Missing {
  readonly askedAt: number;
  /** When the last readings since then began. */
  readings: number[];
  /** Since when it is taken as having none; null: it may be new. */
  noneSince: number | null;
}

/**
 * Names that were looked for in the lists of workspaces and not found. A new repository gets its workspace soon. One that
 * is missing from several lists isn't worth a reading for each push. All times are of the clock's `elapsed`.
 */
export class MissingWorkspaces {
  readonly #missing = new Map<string, Missing>();

  /** Somebody looks for it, and the list in memory doesn't have it. */
  lookFor(name: string, now: number): void {
    const known = this.#missing.get(name);
    if (known && !isOver(known, now)) return;
    const oldest = this.#missing.size >= MOST_KEPT ? this.#missing.keys().next() : null;
    if (oldest && !oldest.done) this.#missing.delete(oldest.value);
    this.#missing.delete(name);
    this.#missing.set(name, { askedAt: now, readings: [], noneSince: null });
  }

  /** A list was read, beginning at `beganAt`. The caller reports what it finds in it by `find`. */
  noteReading(beganAt: number): void {
    for (const one of this.#missing.values()) {
      if (beganAt < one.askedAt || one.noneSince !== null) continue;
      one.readings = [...one.readings, beganAt].slice(-READINGS);
      const [first = beganAt] = one.readings;
      if (one.readings.length === READINGS && beganAt - first <= WITHIN_MS) one.noneSince = beganAt;
    }
  }

  find(name: string): void {
    this.#missing.delete(name);
  }

  /** True for an hour after several lists knew nothing of it. */
  hasNone(name: string, now: number): boolean {
    const known = this.#missing.get(name);
    return known !== undefined && known.noneSince !== null && !isOver(known, now);
  }
}

function isOver({ noneSince }: Missing, now: number): boolean {
  return noneSince !== null && now - noneSince >= HOUR_MS;
}
