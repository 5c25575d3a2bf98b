/** For all unverified bodies together. */
const MAX_BYTES = 64 * 1024 * 1024;

export interface UnverifiedBody {
  /** The bytes in memory, or the Content-Length if that is more. */
  size: number;
  /** Refuses the request and frees the memory for a smaller body. */
  readonly refuse: () => void;
}

/**
 * Limits the memory that strangers can use. If there is no room, refuses the largest body: real deliveries are small, so a
 * flood of large bodies doesn't displace them.
 */
export class UnverifiedBodies {
  readonly #bodies = new Set<UnverifiedBody>();
  #total = 0;

  /** Reserves `size` bytes in total for `body`. Returns false if there is no room even without the larger bodies. */
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
