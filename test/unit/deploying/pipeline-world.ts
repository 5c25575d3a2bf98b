import { pino } from 'pino';
import { PipelineWatcher } from '../../../src/deploying/watch-pipelines.ts';
import type { Account, Accounts } from '../../../src/domain/account.ts';
import type { Deployment } from '../../../src/domain/deployment.ts';
import {
  describePipeline,
  formatWatchId,
  type NewPipelineWatch,
  type PipelineWatch,
  type WatchPurpose,
} from '../../../src/domain/pipeline-watch.ts';
import { LogStore } from '../../../src/logs/log-store.ts';
import type { Stores } from '../../../src/store/create-stores.ts';
import { FakeTrees } from '../planning/fake-trees.ts';
import type { FakeMeltano } from './fake-meltano.ts';
import { type FakeClock, FakeDispatcher, FakeReporter, PlainBuilder } from './fake-ports.ts';
import { buildReconcileContext, MINUTE, REPOSITORY, WORKSPACE_KEY, World } from './reconcile-world.ts';

/** A workspace that was deployed, and the watcher of its pipelines over a real store. */
export class PipelineWorld {
  readonly clock: FakeClock;
  readonly meltano: FakeMeltano;
  readonly reporter = new FakeReporter();
  readonly dispatcher = new FakeDispatcher();
  readonly stores: Stores;
  served = true;
  /** Wraps the store and Meltano Cloud of the next process. */
  intercept: <T extends object>(target: T) => T = (target) => target;
  readonly #workspace: World;
  #watch: (id: string) => Promise<number | null>;
  #timeline: { at: number; act: () => unknown }[] = [];

  private constructor(workspace: World) {
    this.stores = workspace.stores;
    this.clock = workspace.clock;
    this.meltano = workspace.meltano;
    this.#workspace = workspace;
    this.#watch = this.#createWatcher();
  }

  static async open(): Promise<PipelineWorld> {
    return new PipelineWorld(await World.open());
  }

  #createWatcher(): (id: string) => Promise<number | null> {
    const { now, elapsed } = this.clock;
    const account = { key: WORKSPACE_KEY.account, api: this.intercept(this.meltano) } as unknown as Account;
    const accounts: Accounts = { forOwner: () => account, byKey: () => (this.served ? account : null) };
    const watcher = new PipelineWatcher(
      buildReconcileContext({
        stores: this.intercept(this.stores),
        clock: { now, elapsed },
        accounts,
        openTrees: new FakeTrees().open,
        reporter: this.reporter,
        dispatcher: this.dispatcher,
        logs: new LogStore(() => new PlainBuilder()),
        log: pino({ level: 'silent' }),
      }),
    );
    return (id) => watcher.watch(id);
  }

  /** A deployment whose job ended now. */
  async deploy(
    serviceStartTime: number | null = null,
    serviceEndTime: number | null = this.clock.now(),
  ): Promise<Deployment> {
    const { id } = await this.#workspace.push();
    const job = this.meltano.addJob({ status: 'COMPLETE', endTime: this.clock.now() });
    const attemptedAt = this.clock.now();
    await this.stores.saveDeployment(id, { attemptedAt, acceptedAt: attemptedAt, jobId: job.id });
    await this.stores.saveDeployment(id, {
      state: 'concluded',
      conclusion: 'success',
      jobEndedAt: attemptedAt,
      serviceStartTime,
      serviceEndTime,
    });
    const saved = await this.stores.getDeployment(id);
    if (!saved) throw new Error('The deployment is gone.');
    return saved;
  }

  /** Stores a watch of these pipelines; returns its id. */
  async plan(
    purpose: WatchPurpose,
    names: readonly string[],
    differences: Partial<NewPipelineWatch> = {},
  ): Promise<string> {
    const pipelines = names.map((name) => {
      const known = this.meltano.pipelines.find((one) => one.name === name);
      return describePipeline(known ?? this.meltano.addPipeline(name), {
        file: `pipelines/${name}.yml`,
        isStarted: purpose !== 'triggered',
      });
    });
    const id = formatWatchId(purpose, differences.deploymentId ?? 'delivery');
    const added = await this.stores.addPipelineWatch({
      ...WORKSPACE_KEY,
      id,
      purpose,
      repositoryId: REPOSITORY.id,
      installationId: REPOSITORY.installationId,
      workspaceName: 'Analytics',
      directory: null,
      log: null,
      checkName: 'Meltano Deploy (Analytics): runs',
      sha: 'a'.repeat(40),
      deploymentId: null,
      deliveryId: null,
      requestedBy: '',
      pipelines,
      createdAt: this.clock.now(),
      ...differences,
    });
    if (!added) throw new Error('The watch is stored already.');
    return added.id;
  }

  async read(id: string): Promise<PipelineWatch> {
    const watch = await this.stores.getPipelineWatch(id);
    if (!watch) throw new Error(`There is no watch ${id}.`);
    return watch;
  }

  /** What each pipeline's outcome is. */
  async outcomes(id: string): Promise<Record<string, string | null>> {
    const { pipelines } = await this.read(id);
    return Object.fromEntries(pipelines.map(({ name, outcome }) => [name, outcome]));
  }

  /** Calls `act` when the clock has advanced by `ms`, before the step that is due then. */
  after(ms: number, act: () => unknown): void {
    this.#timeline.push({ at: this.clock.elapsed() + ms, act });
    this.#timeline.sort((a, b) => a.at - b.at);
  }

  /** A new process on the same store: nothing in memory survives. */
  restart(): void {
    this.#watch = this.#createWatcher();
  }

  async step(id: string): Promise<number | null> {
    while (this.#timeline[0] && this.#timeline[0].at <= this.clock.elapsed()) {
      await this.#timeline.shift()?.act();
    }
    return this.#watch(id);
  }

  /** Advances the clock by each delay, for `ms` or until the watch is over. */
  async runFor(id: string, ms = 240 * MINUTE): Promise<void> {
    const end = this.clock.elapsed() + ms;
    for (let runs = 0; runs < 50_000; runs += 1) {
      const wait = await this.step(id);
      if (wait === null) return;
      if (!(wait > 0)) throw new Error(`A wait of ${wait} ms makes a busy loop.`);
      const next = Math.min(wait, Math.max(1, (this.#timeline[0]?.at ?? Infinity) - this.clock.elapsed()));
      if (this.clock.elapsed() + next > end) return this.clock.advance(end - this.clock.elapsed());
      this.clock.advance(next);
    }
    throw new Error('The watch never came to an end.');
  }

  /** A run of a pipeline that begins now, and ends after `ms`. */
  runPipeline(name: string, ms: number, status = 'COMPLETE', triggeredBy: string | null = 'deploy'): void {
    const now = this.clock.now();
    const job = this.meltano.addPipelineJob(`pipeline-${name}`, {
      status: 'RUNNING',
      startTime: now,
      triggeredBy,
    });
    this.after(ms, () => this.meltano.moveJob({ status, endTime: this.clock.now() }, job.id));
  }
}

export { MINUTE };
