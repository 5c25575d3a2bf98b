const BLOCK_BYTES = 64 * 1024;

/** The bytes of a body, copied: a chunk of one byte takes hundreds as it comes. */
export class BodyBlocks {
  readonly #blockBytes: number;
  readonly #blocks: Buffer[] = [];
  #last: Buffer = Buffer.alloc(0);
  #room = 0;
  /** Bytes of memory. */
  held = 0;

  /** `promised`: the bytes of the whole body, 0 if that is unknown. */
  constructor(promised: number) {
    this.#blockBytes = Math.min(promised || BLOCK_BYTES, BLOCK_BYTES);
  }

  /** Bytes of memory with `length` more bytes of the body. */
  measureWith(length: number): number {
    const blocks = Math.ceil(Math.max(0, length - this.#room) / this.#blockBytes);
    return this.held + blocks * this.#blockBytes;
  }

  /** Takes the chunk's memory too. */
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

/** Gives memory back now. Garbage collection comes later, and a flood would fill the memory until then. */
function free({ buffer, length }: Buffer): void {
  if (buffer instanceof ArrayBuffer && buffer.byteLength === length) buffer.transfer(0);
}
