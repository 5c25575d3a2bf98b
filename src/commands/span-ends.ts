/** Where code spans and HTML comments of a text end. Asked from left to right, it takes linear time in all. */
export class SpanEnds {
  readonly #text: string;
  readonly #ticks = new Map<number, number[]>();
  /** Closing texts that are known not to come any more. */
  readonly #absent = new Set<string>();

  constructor(text: string) {
    this.#text = text;
    const runs = [...text.matchAll(/`+/g)].reverse();
    for (const run of runs) {
      const starts = this.#ticks.get(run[0].length);
      if (starts) starts.push(run.index);
      else this.#ticks.set(run[0].length, [run.index]);
    }
  }

  /** The end of the next run of exactly as many backticks; null: none, so that the opening ones are plain text. */
  afterTicks(length: number, from: number): number | null {
    const starts = this.#ticks.get(length) ?? [];
    for (let start = starts.pop(); start !== undefined; start = starts.pop()) {
      if (start >= from) return start + length;
    }
    return null;
  }

  /** The end of the next `closer`; null: none. */
  afterText(closer: string, from: number): number | null {
    if (this.#absent.has(closer)) return null;
    const start = this.#text.indexOf(closer, from);
    if (start >= 0) return start + closer.length;
    this.#absent.add(closer);
    return null;
  }
}
