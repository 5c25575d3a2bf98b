import { randomUUID } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';
import { pino } from 'pino';
import { expect, onTestFinished, vi } from 'vitest';
import type { Clock } from '../../../src/domain/clock.ts';
import type { Deployment, PlannedDeployment } from '../../../src/domain/deployment.ts';
import type { DeploymentChange } from '../../../src/domain/deployment-store.ts';
import type { LocatedError, LogExcerpt } from '../../../src/domain/log-excerpt.ts';
import { RateBudgets } from '../../../src/github/rate-budget.ts';
import { CheckRunWriter, type CheckRunWriterPorts } from '../../../src/reporting/check-run-writer.ts';
import { WriteQueues } from '../../../src/reporting/pace/write-queues.ts';
import { renderCheckRun } from '../../../src/reporting/render/render-check-run.ts';
import { renderCommitRun } from '../../../src/reporting/render/render-commit-run.ts';
import { renderPipelineWatch } from '../../../src/reporting/render/render-pipeline-watch.ts';
import type { Stores } from '../../../src/store/create-stores.ts';
import { START } from '../deploying/fake-ports.ts';
import { openStores, REPOSITORY } from '../deploying/reconcile-world.ts';
import { buildPlanned } from '../domain/deployment-builder.ts';
import { FakeCheckRuns } from './fake-check-runs.ts';

export const SECOND = 1_000;
export { START };

const MINUTE = 60 * SECOND;
/** Milliseconds. The writer's own delays are multiples of these, so that it begins each in its moment. */
const STEPS = [100, SECOND, MINUTE];
const MOST_STEPS = 600;
/** More than it takes to store, one after the other, what the writer stores about one run. */
const TURNS = 20;

/** Looks into the store in a row, without a moment between them, that can only be a busy loop. */
const TOO_MANY_LOOKS = 200;

/** The writer over a real store and scripted check runs. The test advances the time. */
export class WriterWorld {
  readonly api = new FakeCheckRuns();
  readonly budgets = new RateBudgets(() => undefined);
  readonly stores: Stores;
  readonly logs = new Map<string, LogExcerpt>();
  readonly forgotten: string[] = [];
  readonly problems: string[] = [];
  /** The calls of `onWritten`. */
  readonly written: Parameters<CheckRunWriterPorts['onWritten']>[0][] = [];
  /** Writes beyond the hour's budget. */
  beyond = 0;
  /** Looks at deployments so far. */
  looks = 0;
  /** Runs each write; the test may put something in its way. */
  withLease: NonNullable<CheckRunWriterPorts['withLease']> = (_, work) => work();
  writer: CheckRunWriter;
  #looksAt = 0;
  #looksNow = 0;

  private constructor(stores: Stores) {
    this.stores = stores;
    this.writer = this.#createWriter();
  }

  static async open(): Promise<WriterWorld> {
    const world = new WriterWorld(await openStores());
    world.api.budgets = world.budgets;
    vi.useFakeTimers({ now: START, toFake: ['setTimeout', 'clearTimeout', 'Date', 'performance'] });
    onTestFinished(async () => {
      await world.writer.stop();
      vi.useRealTimers();
      expect(world.api.reopened).toEqual([]);
    });
    await world.stores.learnRepository(REPOSITORY, null, START);
    return world;
  }

  #createWriter(): CheckRunWriter {
    const clock = {
      now: () => Date.now(),
      elapsed: () => performance.now(),
    };
    const log = { write: (line: string) => void this.problems.push(JSON.parse(line).msg) };
    return new CheckRunWriter({
      api: this.api,
      store: { ...this.stores, getDeployment: (id) => this.#look(id) },
      repositories: this.stores,
      logs: {
        excerpt: (id) => this.logs.get(id) ?? null,
        forget: (id) => void this.forgotten.push(id),
      },
      writeQueues: this.#writeQueues(clock),
      clock,
      random: () => 0.5,
      log: pino({ level: 'warn' }, log),
      render: renderCheckRun,
      renderCommit: renderCommitRun,
      renderPipelines: renderPipelineWatch,
      findWayBack: async () => null,
      pages: { githubUrl: 'https://github.com', workspaceUrl: () => 'https://app.meltano.com' },
      limits: { deployTimeoutMinutes: 120, startTimeoutMinutes: 60 },
      onWritten: (of) => void this.written.push(of),
      withLease: (installationId, work) => this.withLease(installationId, work),
    });
  }

  #writeQueues(clock: Clock): WriteQueues {
    return new WriteQueues({
      budgets: this.budgets,
      store: this.stores,
      clock,
      isShared: false,
      onBeyond: () => {
        this.beyond += 1;
      },
    });
  }

  #look(id: string): Promise<Deployment | null> {
    this.looks += 1;
    this.#looksNow = this.#looksAt === Date.now() ? this.#looksNow + 1 : 1;
    this.#looksAt = Date.now();
    if (this.#looksNow > TOO_MANY_LOOKS) throw new Error('A busy loop.');
    return this.stores.getDeployment(id);
  }

  /** A new process on the same store. */
  async restart(): Promise<void> {
    await this.writer.stop();
    this.writer = this.#createWriter();
  }

  /** Stores a push of this installation and notifies the writer. */
  async push(installationId = 1, differences: Partial<PlannedDeployment> = {}): Promise<string> {
    const id = randomUUID();
    const repository = { ...REPOSITORY, id: 100 + installationId, installationId };
    await this.stores.learnRepository(repository, null, Date.now());
    const planned = buildPlanned({
      id,
      workspaceId: randomUUID(),
      environment: 'dev',
      installationId,
      repositoryId: repository.id,
      deliveryId: id,
      pushedAt: Date.now(),
      receivedAt: Date.now(),
      ...differences,
    });
    const event = { kind: 'push', repository } as never;
    await this.stores.record({ id, name: 'push', receivedAt: Date.now(), event });
    const plan = { deliveryId: id, outcome: 'push', deployments: [planned], now: Date.now() } as const;
    for (const one of await this.stores.commitPlan(plan)) this.writer.changed(one);
    return id;
  }

  /** Stores a change, and by default notifies the writer. */
  async change(id: string, change: DeploymentChange, tell = true): Promise<void> {
    const saved = await this.stores.saveDeployment(id, change);
    if (!saved) throw new Error('The deployment is concluded already.');
    if (tell) this.writer.changed(saved);
  }

  async run(id: string): Promise<void> {
    await this.change(id, { state: 'running', jobId: 'job-1', acceptedAt: START, jobStartedAt: START });
  }

  /** Like the reconciler: with a job, the writer is notified after the log was read. */
  async conclude(id: string, tell = true): Promise<void> {
    const change = { state: 'concluded', conclusion: 'success', reason: 'job_complete' } as const;
    await this.change(id, { ...change, concludedAt: Date.now(), jobEndedAt: Date.now() }, tell);
  }

  /** Ends the job with errors that the log puts into files. */
  async fail(id: string, locatedErrors: readonly LocatedError[]): Promise<void> {
    this.logs.set(id, {
      totalLines: 1,
      omittedLines: 0,
      tail: ['x'],
      firstError: null,
      locatedErrors,
      redactions: 0,
      complete: true,
    });
    const change = { state: 'concluded', conclusion: 'failure', reason: 'job_error' } as const;
    await this.change(id, { ...change, concludedAt: Date.now(), jobEndedAt: Date.now() });
  }

  async tellConcluded(id: string): Promise<void> {
    this.writer.changed(await this.read(id));
  }

  async growLog(id: string, lines: string[]): Promise<void> {
    this.logs.set(id, {
      totalLines: lines.length,
      omittedLines: 0,
      tail: lines,
      firstError: null,
      locatedErrors: [],
      redactions: 0,
      complete: false,
    });
    this.writer.logRead(await this.read(id), true);
  }

  async read(id: string): Promise<Deployment> {
    const deployment = await this.stores.getDeployment(id);
    if (!deployment) throw new Error(`There is no deployment ${id}.`);
    return deployment;
  }

  async isReported(id: string): Promise<boolean> {
    const { revision, reportedRevision } = await this.read(id);
    return reportedRevision === revision;
  }

  /** In small steps, because storing takes turns of the real event loop, in which the writer's time doesn't advance. */
  async pass(ms: number): Promise<void> {
    const end = Date.now() + ms;
    const step = STEPS.find((one) => ms <= one * MOST_STEPS) ?? MINUTE;
    await letWritesEnd();
    while (Date.now() < end) {
      const untilNext = step - ((Date.now() - START) % step);
      await vi.advanceTimersByTimeAsync(Math.min(untilNext, end - Date.now()));
      await letWritesEnd();
    }
  }
}

async function letWritesEnd(): Promise<void> {
  for (let turn = 0; turn < TURNS; turn += 1) await setImmediate();
}
