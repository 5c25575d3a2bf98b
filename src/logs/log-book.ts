import type { Deployment } from '../domain/deployment.ts';
import type { LogExcerpt } from '../domain/log-excerpt.ts';
import type { MeltanoApi, MeltanoResult } from '../domain/meltano.ts';
import type { LogSource } from './log-source.ts';

/** Cleans, redacts and keeps what a check run can show of a log, within a fixed budget. */
export interface ExcerptBuilder {
  /** `cut`: as `LogRequest.onLines` has it. */
  add(lines: string[], cut?: ReadonlyMap<number, number>): Promise<void>;
  excerpt(complete: boolean): LogExcerpt;
}

interface Page {
  builder: ExcerptBuilder;
  /** The line to read from next. */
  next: number;
  final: LogExcerpt | null;
}

/** The logs of the deployments that this process watches or still has to report; nothing of them is on disk. */
export class LogBook implements LogSource {
  readonly #pages = new Map<string, Page>();
  readonly #newBuilder: () => ExcerptBuilder;

  constructor(newBuilder: () => ExcerptBuilder) {
    this.#newBuilder = newBuilder;
  }

  /** Reads what the job wrote since the last read. True when there were new lines. */
  async readOn(deployment: Deployment, jobId: string, api: MeltanoApi): Promise<MeltanoResult<boolean>> {
    const page = this.#page(deployment.id);
    const before = page.next;
    const read = await api.readLog({
      jobId,
      from: page.next,
      until: 'once',
      onLines: (lines, cut) => this.#add(page, lines, cut),
    });
    return read.ok ? { ok: true, value: page.next > before } : read;
  }

  /** Reads the whole log once more: only this reading sees a last line without a newline. */
  async readWhole(deployment: Deployment, jobId: string, api: MeltanoApi): Promise<MeltanoResult<null>> {
    const page: Page = { builder: this.#newBuilder(), next: 0, final: null };
    const read = await api.readLog({
      jobId,
      from: 0,
      until: 'end',
      onLines: (lines, cut) => this.#add(page, lines, cut),
    });
    if (!read.ok) return read;
    this.#pages.set(deployment.id, { ...page, final: page.builder.excerpt(true) });
    return { ok: true, value: null };
  }

  excerpt(deploymentId: string): LogExcerpt | null {
    const page = this.#pages.get(deploymentId);
    return page ? (page.final ?? page.builder.excerpt(false)) : null;
  }

  forget(deploymentId: string): void {
    this.#pages.delete(deploymentId);
  }

  /** The count advances with the lines, so that a read that breaks off half-way repeats none of them. */
  async #add(page: Page, lines: string[], cut?: ReadonlyMap<number, number>): Promise<void> {
    await page.builder.add(lines, cut);
    page.next += lines.length;
  }

  #page(deploymentId: string): Page {
    const known = this.#pages.get(deploymentId);
    if (known) return known;
    const page: Page = { builder: this.#newBuilder(), next: 0, final: null };
    this.#pages.set(deploymentId, page);
    return page;
  }
}
