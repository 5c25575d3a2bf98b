/** Bytes of all bodies together that nobody has verified yet. */
const MAX_BYTES = 64 * 1024 * 1024;

export interface UnverifiedBody {
  /** Bytes that it holds, or that its Content-Length promises. */
  size: number;
  /** Gives up its bytes to make room for a smaller body. */
  readonly refuse: () => void;
}

/**
 * Bounds the memory that strangers can fill. Where there is no room the largest body has to go: deliveries are small, so
 * a flood of large bodies refuses itself.
 */
export class UnverifiedBodies {
  readonly #bodies = new Set<UnverifiedBody>();
  #total = 0;

  /** Lets `body` have `size` bytes altogether; false if there is no room, even without the larger ones. */
  reserve(body: UnverifiedBody, size: number): boolean {
    while (this.#total - body.size + size > MAX_BYTES) {
      const largest = this.#findLargest();
      if (!largest || largest === body || largest.size <= size) return false;
      this.release(largest);
      largest.refuse();
    }
    this.#total += size - body.size;
    body.size = size;
    this.#bodies.add(body);
    return true;
  }

  release(body: UnverifiedBody): void {
    if (!this.#bodies.delete(body)) return;
    this.#total -= body.size;
    body.size = 0;
  }

  #findLargest(): UnverifiedBody | null {
    let largest: UnverifiedBody | null = null;
    for (const body of this.#bodies) if (body.size > (largest?.size ?? 0)) largest = body;
    return largest;
  }
}
