/** Keeps the values that were used last, up to a total size. */
export class BoundedCache<V> {
  readonly #mostSize: number;
  /** The last used ones at the end. */
  readonly #kept = new Map<string, { readonly value: V; readonly size: number }>();
  #size = 0;

  constructor(mostSize: number) {
    this.#mostSize = mostSize;
  }

  get(key: string): V | undefined {
    const found = this.#kept.get(key);
    if (found) {
      this.#kept.delete(key);
      this.#kept.set(key, found);
    }
    return found?.value;
  }

  set(key: string, value: V, size: number): void {
    this.#size += size - (this.#kept.get(key)?.size ?? 0);
    this.#kept.delete(key);
    this.#kept.set(key, { value, size });
    for (const [oldest, one] of this.#kept) {
      if (this.#size <= this.#mostSize) return;
      this.#kept.delete(oldest);
      this.#size -= one.size;
    }
  }
}
