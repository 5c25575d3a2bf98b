const BLOCK_BYTES = 64 * 1024;

/** Copies the chunks of a body into blocks: a one-byte chunk would take hundreds of bytes of memory. */
export class BodyBlocks {
  readonly #blockBytes: number;
  readonly #blocks: Buffer[] = [];
  #last: Buffer = Buffer.alloc(0);
  #room = 0;
  /** Bytes of memory in use. */
  held = 0;

  /** `promised` is the Content-Length, or 0 if it is unknown. */
  constructor(promised: number) {
    this.#blockBytes = Math.min(promised || BLOCK_BYTES, BLOCK_BYTES);
  }

  /** The bytes of memory in use after appending `length` bytes. */
  measureWith(length: number): number {
    const blocks = Math.ceil(Math.max(0, length - this.#room) / this.#blockBytes);
    return this.held + blocks * this.#blockBytes;
  }

  /** Also frees the chunk's memory. */
  append(chunk: Buffer): void {
    for (let from = 0; from < chunk.length; ) {
      if (this.#room === 0) this.#addBlock();
      const copied = chunk.copy(this.#last, this.#blockBytes - this.#room, from);
      this.#room -= copied;
      from += copied;
    }
    free(chunk);
  }

  join(): Buffer {
    const joined = Buffer.concat(this.#blocks, this.held - this.#room);
    this.clear();
    return joined;
  }

  clear(): void {
    for (const block of this.#blocks.splice(0)) free(block);
    this.held = 0;
    this.#room = 0;
  }

  #addBlock(): void {
    this.#last = Buffer.from(new ArrayBuffer(this.#blockBytes));
    this.#blocks.push(this.#last);
    this.#room = this.#blockBytes;
    this.held += this.#blockBytes;
  }
}

/** Frees memory immediately: a flood could fill the memory before the next garbage collection. */
function free({ buffer, length }: Buffer): void {
  if (buffer instanceof ArrayBuffer && buffer.byteLength === length) buffer.transfer(0);
}
