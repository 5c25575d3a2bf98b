import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { onTestFinished } from 'vitest';
import { createReportFinisher } from '../../../src/deploying/finish-report.ts';
import type { ReconcileContext } from '../../../src/deploying/reconcile-context.ts';
import { WorkspaceReconciler } from '../../../src/deploying/reconcile-workspace.ts';
import type { Account, Accounts, Trigger } from '../../../src/domain/account.ts';
import type { Clock } from '../../../src/domain/clock.ts';
import { type ConfigurationInUse, DEFAULTS_IN_USE } from '../../../src/domain/configuration-in-use.ts';
import type { Deployment, PlannedDeployment, Repository } from '../../../src/domain/deployment.ts';
import type { DeploymentChange } from '../../../src/domain/deployment-store.ts';
import type { WorkspaceMapping } from '../../../src/domain/match-workspaces.ts';
import type { MeltanoApi } from '../../../src/domain/meltano.ts';
import { RemoteClock } from '../../../src/domain/remote-clock.ts';
import { formatWorkspaceKey, type Workspace } from '../../../src/domain/workspace.ts';
import type { LogExcerptBuilder } from '../../../src/logs/log-excerpt-builder.ts';
import { LogStore } from '../../../src/logs/log-store.ts';
import { CircuitBreaker } from '../../../src/meltano/circuit-breaker.ts';
import { guardMeltano } from '../../../src/meltano/guard-meltano.ts';
import type { OpenTrees } from '../../../src/planning/changed-paths.ts';
import {
  createPostDeploymentOutputs,
  type WantedOutputs,
} from '../../../src/reporting/post-deployment-outputs.ts';
import { createStores, type Stores } from '../../../src/store/create-stores.ts';
import { openSqlite } from '../../../src/store/sqlite.ts';
import { buildPlanned } from '../domain/deployment-builder.ts';
import { buildRepository } from '../domain/push-builder.ts';
import { FakeTrees } from '../planning/fake-trees.ts';
import { FakeGateReads } from './fake-gate-reads.ts';
import { FakeMeltano } from './fake-meltano.ts';
import { FakeClock, FakeDispatcher, FakeReporter, NO_NOTICES, PlainBuilder, START } from './fake-ports.ts';

export const WORKSPACE_ID = '71c0ef56-7f7e-47c1-9700-2d7e2eb5a04e';
const OBSERVATION = { onCall: () => undefined, redact: async (text: string) => text };
export const MINUTE = 60_000;
/** The workspace's key in the store and the queues. */
export const WORKSPACE_KEY = { account: 'environment', workspaceId: WORKSPACE_ID };
export const QUEUE_KEY = formatWorkspaceKey(WORKSPACE_KEY);

export const REPOSITORY: Repository = buildRepository();

export function buildWorkspace(differences: Partial<Workspace> = {}): Workspace {
  return {
    id: WORKSPACE_ID,
    name: 'Analytics',
    alias: null,
    branch: null,
    directory: null,
    environment: 'dev',
    repositoryUrl: 'https://github.com/acme/data',
    ...differences,
  };
}

/** A real store in a directory of its own, closed with the test. */
export async function openStores(): Promise<Stores> {
  const directory = mkdtempSync(join(tmpdir(), 'meltano-deploy-'));
  const database = await openSqlite(directory);
  onTestFinished(async () => {
    await database.close();
    rmSync(directory, { recursive: true });
  });
  return createStores(database.db);
}

type ReconcileParts = Omit<Partial<ReconcileContext>, 'clock' | 'accounts' | 'openTrees'> & {
  readonly stores: Stores;
  readonly clock: Clock;
  readonly accounts: Accounts;
  readonly openTrees: OpenTrees;
  readonly readWantedOutputs?: () => Promise<WantedOutputs>;
};

const NO_OUTPUTS = {
  failureComments: false,
  failureIssues: false,
  issueLabels: [] as string[],
  githubDeployments: false,
  unchangedDeployments: false,
};

/** A context over a real store; parts that a test doesn't give do nothing. */
export function buildReconcileContext({
  stores,
  readWantedOutputs = async () => NO_OUTPUTS,
  ...given
}: ReconcileParts): ReconcileContext {
  const { clock, dispatcher = new FakeDispatcher() } = given;
  return {
    store: stores,
    repositories: stores,
    gateReads: new FakeGateReads(),
    reporter: new FakeReporter(),
    dispatcher,
    logs: new LogStore(() => new PlainBuilder()),
    githubClock: new RemoteClock(clock),
    readChangedPipelines: async () => [],
    configurations: { known: async () => DEFAULTS_IN_USE },
    random: () => 0.5,
    log: pino({ level: 'silent' }),
    limits: {
      startMs: 60 * MINUTE,
      deployMs: 120 * MINUTE,
      poll: { min: 1_000, max: 10_000 },
      gateLookMs: 5 * MINUTE,
    },
    githubHost: 'github.com',
    outputs: createPostDeploymentOutputs({ store: stores, dispatcher, clock, readWantedOutputs }),
    notices: NO_NOTICES,
    onConcluded: () => undefined,
    ...given,
  };
}

export interface SharedWorld {
  readonly stores: Stores;
  readonly clock: FakeClock;
  readonly meltano: FakeMeltano;
  readonly trees: FakeTrees;
}

/** A workspace and its reconciler over a real store; Meltano Cloud and GitHub are scripted. */
export class World {
  readonly clock: FakeClock;
  readonly githubClock: RemoteClock;
  readonly meltano: FakeMeltano;
  readonly reporter = new FakeReporter();
  readonly dispatcher = new FakeDispatcher();
  /** Recognises errors once a test gives the real builder. */
  newBuilder: () => LogExcerptBuilder = () => new PlainBuilder();
  readonly logs = new LogStore(() => this.newBuilder());
  /** Wraps the store and Meltano Cloud of the processes that `restart` starts. */
  intercept = <T extends object>(target: T): T => target;
  readonly concluded: Deployment[] = [];
  readonly stores: Stores;
  readonly trees: FakeTrees;
  /** What GitHub shows of branches and checks. */
  readonly gateReads = new FakeGateReads();
  configuration: ConfigurationInUse = DEFAULTS_IN_USE;
  /** The pipelines that the push changes, as GitHub's files show them. */
  readChangedPipelines: ReconcileContext['readChangedPipelines'] = async () => [];
  /** False: the configuration no longer has the credentials. */
  served = true;
  /** The outputs that the repository wants besides check runs. */
  wantedOutputs = { ...NO_OUTPUTS };
  /** The account's settings; tests change them in place. */
  readonly rules = {
    mappings: [] as WorkspaceMapping[],
    allowed: true,
    allows: () => this.rules.allowed,
    trigger: { kind: 'api' } as Trigger,
    triggerOf: () => this.rules.trigger,
    adoptsJobs: true,
    keepsPushes: false,
  };
  #pushes = 0;
  #timeline: { at: number; act: () => void }[] = [];
  #reconcile: (workspaceId: string) => Promise<number | null>;
  /** Each opening (the time since which nothing was answered) and closing (null) of the circuit breaker. */
  readonly circuit: (number | null)[] = [];
  readonly #finish: (deploymentId: string) => Promise<number | null>;

  readonly #guarded: boolean;

  private constructor(shared: SharedWorld, guarded: boolean) {
    this.stores = shared.stores;
    this.clock = shared.clock;
    this.githubClock = new RemoteClock(this.clock);
    this.meltano = shared.meltano;
    this.trees = shared.trees;
    this.#guarded = guarded;
    this.meltano.workspaces = [buildWorkspace()];
    this.#reconcile = this.#createReconciler();
    this.#finish = createReportFinisher(this.#context(), this.stores);
  }

  /** `guarded`: with the circuit breaker in front of Meltano Cloud. */
  static async open(repository: Partial<Repository> = {}, { guarded = false } = {}): Promise<World> {
    const clock = new FakeClock();
    const stores = await openStores();
    const shared = { stores, clock, meltano: new FakeMeltano(clock), trees: new FakeTrees() };
    return World.share(shared, repository, guarded);
  }

  /** A reconciler that shares the store with other parts. */
  static async share(
    shared: SharedWorld,
    repository: Partial<Repository> = {},
    guarded = false,
  ): Promise<World> {
    const world = new World(shared, guarded);
    await world.stores.learnRepository({ ...REPOSITORY, ...repository }, null, START);
    return world;
  }

  #context(): ReconcileContext {
    const breaker = new CircuitBreaker({
      clock: this.clock,
      random: () => 0.5,
      onChange: (openSince) => this.circuit.push(openSince),
    });
    const meltano = this.intercept<MeltanoApi>(this.meltano);
    const api = this.#guarded ? guardMeltano(meltano, breaker, OBSERVATION) : meltano;
    // The prototype is shared, so changes to the rules apply at each step.
    const account = Object.assign(Object.create(this.rules), { key: 'environment', api }) as Account;
    const accounts: Accounts = {
      forOwner: () => account,
      byKey: (key) => (this.served && key === account.key ? account : null),
    };
    const { reporter, dispatcher, logs, githubClock } = this;
    const stores = this.intercept(this.stores);
    // Each process has its own clock object: the app remembers times by it.
    const { now, elapsed } = this.clock;
    return buildReconcileContext({
      stores,
      accounts,
      reporter,
      dispatcher,
      logs,
      clock: { now, elapsed },
      githubClock,
      gateReads: this.gateReads,
      openTrees: this.trees.open,
      readChangedPipelines: (...step) => this.readChangedPipelines(...step),
      configurations: { known: async () => this.configuration },
      readWantedOutputs: async () => this.wantedOutputs,
      onConcluded: (deployment) => void this.concluded.push(deployment),
    });
  }

  #createReconciler(): (key: string) => Promise<number | null> {
    const reconciler = new WorkspaceReconciler(this.#context());
    return (key) => reconciler.reconcile(key);
  }

  /** Stores a push as planning does. Each is a second newer than the last one. */
  async push(differences: Partial<PlannedDeployment> = {}): Promise<Deployment> {
    const id = randomUUID();
    const deliveryId = randomUUID();
    this.#pushes += 1;
    const planned = buildPlanned({
      id,
      environment: 'dev',
      deliveryId,
      before: 'b'.repeat(40),
      pushedAt: START + this.#pushes * 1_000,
      receivedAt: this.clock.now(),
      ...differences,
    });
    const event = { kind: 'push', repository: REPOSITORY } as never;
    await this.stores.record({ id: deliveryId, name: 'push', receivedAt: this.clock.now(), event });
    const plan = { deliveryId, outcome: 'push', deployments: [planned], now: this.clock.now() } as const;
    await this.stores.commitPlan(plan);
    return this.read(id);
  }

  async read(id: string): Promise<Deployment> {
    const deployment = await this.stores.getDeployment(id);
    if (!deployment) throw new Error(`There is no deployment ${id}.`);
    return deployment;
  }

  async save(id: string, change: DeploymentChange): Promise<void> {
    await this.stores.saveDeployment(id, change);
  }

  /** Calls `act` when the clock has advanced by `ms`, before the step that is due then. */
  after(ms: number, act: () => void): void {
    this.#timeline.push({ at: this.clock.elapsed() + ms, act });
    this.#timeline.sort((a, b) => a.at - b.at);
  }

  /** A new process on the same store: nothing in memory survives. */
  restart(): void {
    this.#reconcile = this.#createReconciler();
  }

  /** Runs the reconciler once; returns its delay. */
  async step(): Promise<number | null> {
    while (this.#timeline[0] && this.#timeline[0].at <= this.clock.elapsed()) this.#timeline.shift()?.act();
    return this.#reconcile(QUEUE_KEY);
  }

  /** Runs the reconciler and advances the clock by each delay, for `ms` or until nothing is open. */
  async runFor(ms: number): Promise<void> {
    const end = this.clock.elapsed() + ms;
    for (let runs = 0; runs < 50_000; runs += 1) {
      const wait = await this.step();
      if (wait === null) return;
      if (this.clock.elapsed() + wait > end) return this.clock.advance(end - this.clock.elapsed());
      if (!(wait > 0)) throw new Error(`A wait of ${wait} ms makes a busy loop.`);
      this.clock.advance(wait);
    }
    throw new Error('The reconciler never came to an end.');
  }

  /** Runs until nothing is open; fails after four hours of the fake clock. */
  async runUntilIdle(): Promise<void> {
    await this.runFor(240 * MINUTE);
    if ((await this.stores.listOpenWorkspaces()).length > 0) throw new Error('Still open after four hours.');
  }

  /** Reads a concluded deployment's log and sends its report, advancing the clock by each delay. */
  async finish(id: string): Promise<void> {
    for (let wait = await this.#finish(id); wait !== null; wait = await this.#finish(id)) {
      this.clock.advance(wait);
    }
  }

  /** The number of reports of the deployment since it was planned. */
  async reportsDue(id: string): Promise<number> {
    return (await this.read(id)).revision - 1;
  }
}
