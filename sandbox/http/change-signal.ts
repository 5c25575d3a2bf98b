const FALLBACK_MS = 50;
/** Long enough for a busy machine: only what never comes takes as long. */
const PATIENCE_MS = 120_000;

/** Wakes everyone who waits for a condition. */
export class ChangeSignal {
  readonly #listeners = new Set<() => void>();

  notify(): void {
    for (const listener of [...this.#listeners]) listener();
  }

  /** Resolves with the first result of `read` that is neither null, undefined nor false. Also polls, for changes elsewhere. */
  async waitFor<T>(
    read: () => T | null | undefined | false,
    what: string,
    timeoutMs = PATIENCE_MS,
  ): Promise<T> {
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    const check = () => {
      try {
        const value = read();
        if (value !== null && value !== undefined && value !== false) resolve(value);
      } catch (error) {
        reject(error);
      }
    };
    this.#listeners.add(check);
    const fallback = setInterval(check, FALLBACK_MS);
    const limit = setTimeout(
      () => reject(new Error(`Waited ${timeoutMs} ms in vain for ${what}`)),
      timeoutMs,
    );
    check();
    try {
      return await promise;
    } finally {
      this.#listeners.delete(check);
      clearInterval(fallback);
      clearTimeout(limit);
    }
  }
}
