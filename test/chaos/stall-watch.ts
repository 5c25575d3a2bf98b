const LOOK_MS = 100;

/** Notes when this process stood still. The app then stood still, too: they share the machine. */
export class StallWatch {
  readonly #stalls: { readonly at: number; readonly ms: number }[] = [];
  readonly #timer: NodeJS.Timeout;
  #last = Date.now();

  constructor() {
    this.#timer = setInterval(() => this.#look(), LOOK_MS);
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  /** Milliseconds in all. */
  between(from: number, to: number): number {
    const within = this.#stalls.filter(({ at }) => at >= from && at <= to + LOOK_MS);
    return within.reduce((sum, { ms }) => sum + ms, 0);
  }

  #look(): void {
    const now = Date.now();
    const ms = now - this.#last - LOOK_MS;
    if (ms > LOOK_MS) this.#stalls.push({ at: now, ms });
    this.#last = now;
  }
}
