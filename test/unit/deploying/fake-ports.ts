import type { CommitRun } from '../../../src/domain/commit-run.ts';
import type { Deployment } from '../../../src/domain/deployment.ts';
import type { Dispatcher, QueueName } from '../../../src/domain/dispatcher.ts';
import type { Notices } from '../../../src/domain/notification.ts';
import type { PipelineWatch } from '../../../src/domain/pipeline-watch.ts';
import type { LogExcerptBuilder } from '../../../src/logs/log-excerpt-builder.ts';
import type { Reporter } from '../../../src/reporting/reporter.ts';

/** A whole minute, to keep times in failures readable. */
export const START = 1_700_000_040_000;

export class FakeClock {
  #now = START;
  #elapsed = 0;
  now = (): number => this.#now;
  elapsed = (): number => this.#elapsed;
  advance(ms: number): void {
    this.#now += ms;
    this.#elapsed += ms;
  }
  /** Sets the machine's clock forward by `ms`; `elapsed` stays. */
  set(ms: number): void {
    this.#now += ms;
  }
}

export class FakeReporter implements Reporter {
  readonly reports: Deployment[] = [];
  readonly grown: string[] = [];
  changed(deployment: Deployment): void {
    this.reports.push(deployment);
  }
  readonly commitRuns: CommitRun[] = [];
  readonly watches: PipelineWatch[] = [];

  pipelinesChanged(watch: PipelineWatch): void {
    this.watches.push(watch);
  }

  commitJudged(run: CommitRun): void {
    this.commitRuns.push(run);
  }
  /** The delay until a log is read again (milliseconds). */
  nextLogMs = Infinity;
  logRead({ id }: { readonly id: string }, grew: boolean): number {
    if (grew) this.grown.push(id);
    return this.nextLogMs;
  }
}

export class FakeDispatcher implements Dispatcher {
  readonly wakes: { queue: QueueName; key: string }[] = [];
  handle(): void {
    throw new Error('Nothing is handled here: the tests run the steps.');
  }
  wake(queue: QueueName, key: string): void {
    this.wakes.push({ queue, key });
  }
  async stop(): Promise<void> {}
}

/** Keeps the lines as they are. */
export class PlainBuilder implements LogExcerptBuilder {
  readonly #lines: string[] = [];
  async add(lines: string[]): Promise<void> {
    this.#lines.push(...lines);
  }
  excerpt(complete: boolean): ReturnType<LogExcerptBuilder['excerpt']> {
    const tail = [...this.#lines];
    return {
      totalLines: tail.length,
      omittedLines: 0,
      tail,
      firstError: null,
      locatedErrors: [],
      redactions: 0,
      complete,
    };
  }
}

/** An account without destinations. */
export const NO_NOTICES: Notices = {
  prepareEnd: async () => null,
  preparePlan: () => ({ describe: () => [], wake: () => undefined }),
};
