import type { LogExcerpt } from '../domain/log-excerpt.ts';
import type { MeltanoApi, MeltanoResult } from '../domain/meltano.ts';
import type { LogExcerptBuilder } from './log-excerpt-builder.ts';

/** The logs of deployments, for reporting. They are only in memory; a missing one is read again from the job. */
export interface LogSource {
  excerpt(id: string): LogExcerpt | null;
  /** Called after the last report. Forgets the logs with this id, or with this id and a space at the beginning of theirs. */
  forget(id: string): void;
}

/** The part of a log that was read so far. */
interface LogBuffer {
  readonly builder: LogExcerptBuilder;
  /** The line to read from next. */
  next: number;
  /** The whole log, once it was read to its end. */
  final: LogExcerpt | null;
  readonly jobId: string;
  readonly attempt: number | null;
}

/** What a log belongs to. */
interface LoggedJob {
  readonly id: string;
  /** The attempt of a retried job. Its log may start again, so it is read from the first line. */
  readonly attempt?: number | null;
}

/** The logs of jobs that this process watches or still has to report. They are only in memory. */
export class LogStore implements LogSource {
  readonly #buffers = new Map<string, LogBuffer>();
  readonly #newBuilder: () => LogExcerptBuilder;

  constructor(newBuilder: () => LogExcerptBuilder) {
    this.#newBuilder = newBuilder;
  }

  /** Reads what the job wrote since the last read. True if there were new lines. */
  async readOn(
    { id, attempt = null }: LoggedJob,
    jobId: string,
    api: MeltanoApi,
  ): Promise<MeltanoResult<boolean>> {
    const known = this.#buffers.get(id);
    // Of several jobs of one check run, only the log of the one that runs is shown live.
    const [owner] = id.split(' ', 1);
    if (!known && owner !== undefined && owner !== id) this.forget(owner);
    const isKnown = known?.jobId === jobId && known.attempt === attempt;
    const buffer = isKnown ? known : this.#newBuffer(jobId, attempt);
    this.#buffers.set(id, buffer);
    const before = buffer.next;
    const read = await readInto(buffer, { jobId, until: 'once' }, api);
    return read.ok ? { ok: true, value: buffer.next > before } : read;
  }

  /** Reads the whole log again. Only this includes a last line without a newline. */
  async readWhole(
    { id, attempt = null }: LoggedJob,
    jobId: string,
    api: MeltanoApi,
  ): Promise<MeltanoResult<null>> {
    const buffer = this.#newBuffer(jobId, attempt);
    const read = await readInto(buffer, { jobId, until: 'end' }, api);
    if (!read.ok) return read;
    buffer.final = buffer.builder.excerpt(true);
    this.#buffers.set(id, buffer);
    return { ok: true, value: null };
  }

  /** Reads the whole log of a job without keeping it. */
  async examine(jobId: string, api: MeltanoApi): Promise<MeltanoResult<LogExcerpt>> {
    const buffer = this.#newBuffer(jobId, null);
    const read = await readInto(buffer, { jobId, until: 'end' }, api);
    return read.ok ? { ok: true, value: buffer.builder.excerpt(true) } : read;
  }

  excerpt(id: string): LogExcerpt | null {
    const buffer = this.#buffers.get(id);
    return buffer ? (buffer.final ?? buffer.builder.excerpt(false)) : null;
  }

  forget(id: string): void {
    for (const key of this.#buffers.keys()) {
      if (key === id || key.startsWith(`${id} `)) this.#buffers.delete(key);
    }
  }

  #newBuffer(jobId: string, attempt: number | null): LogBuffer {
    return {
      builder: this.#newBuilder(),
      next: 0,
      final: null,
      jobId,
      attempt,
    };
  }
}

/** `next` advances with the lines, so that no line is repeated after an aborted read. */
function readInto(
  buffer: LogBuffer,
  { jobId, until }: { readonly jobId: string; readonly until: 'once' | 'end' },
  api: MeltanoApi,
): ReturnType<MeltanoApi['readLog']> {
  return api.readLog({
    jobId,
    until,
    from: buffer.next,
    async onLines(lines, cut) {
      await buffer.builder.add(lines, cut);
      buffer.next += lines.length;
    },
  });
}
