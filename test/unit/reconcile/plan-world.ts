import { randomUUID } from 'node:crypto';
import { pino } from 'pino';
import type { AppEvent, PushEvent } from '../../../src/domain/delivery.ts';
import type { Deployment, Repository } from '../../../src/domain/deployment.ts';
import type { Account, Comparison } from '../../../src/domain/ports.ts';
import { createWorkspaceDirectory } from '../../../src/meltano/workspace-directory.ts';
import { createPlanner } from '../../../src/reconcile/plan-deliveries.ts';
import { nameCheckRun } from '../../../src/report/name-check-run.ts';
import type { Stores } from '../../../src/store/create-stores.ts';
import { FakeMeltano } from './fake-meltano.ts';
import {
  buildWorkspace,
  FakeClock,
  FakeDispatcher,
  FakeReporter,
  openStores,
  REPOSITORY,
  START,
  WORKSPACE_ID,
} from './reconcile-world.ts';

/** The planner over a real store and the real directory of workspaces; Meltano Cloud and GitHub are scripted. */
export class PlanWorld {
  readonly clock = new FakeClock();
  readonly meltano = new FakeMeltano(this.clock);
  readonly reporter = new FakeReporter();
  readonly dispatcher = new FakeDispatcher();
  readonly concluded: Deployment[] = [];
  /** The fields of the log lines. */
  readonly lines: Record<string, unknown>[] = [];
  readonly stores: Stores;
  allowed: ReadonlySet<string> | null = null;
  served = true;
  comparison: () => Comparison = () => ({ kind: 'paths', paths: [] });
  readonly compared: string[] = [];
  #plan: (repositoryKey: string) => Promise<number | null>;

  private constructor(stores: Stores) {
    this.stores = stores;
    this.meltano.workspaces = [buildWorkspace()];
    this.#plan = this.#createPlanner();
  }

  /** The head that GitHub shows for every branch. */
  head: string | null = null;

  static async open(): Promise<PlanWorld> {
    return new PlanWorld(await openStores());
  }

  #createPlanner(): (repositoryKey: string) => Promise<number | null> {
    const { stores, reporter, dispatcher, clock, meltano } = this;
    const directory = createWorkspaceDirectory(meltano, clock);
    const account: Account = { key: 'environment', api: meltano, directory };
    const accounts = { forOwner: () => (this.served ? account : null), byKey: () => account };
    const comparer = {
      compare: async (repository: Repository, base: string, head: string) => {
        this.compared.push(
          `${repository.owner}/${repository.name} ${base.slice(0, 3)}...${head.slice(0, 3)}`,
        );
        return this.comparison();
      },
    };
    const sink = { write: (line: string) => void this.lines.push(JSON.parse(line)) };
    return createPlanner({
      ...{ deliveries: stores, repositories: stores, plans: stores, sweeps: stores },
      ...{ accounts, reporter, dispatcher, clock },
      heads: { readHead: async () => this.head },
      planning: { comparer, store: stores, newId: randomUUID, nameCheckRun },
      random: () => 0.5,
      log: pino({ level: 'debug' }, sink),
      githubHost: 'github.com',
      allowedAccounts: this.allowed,
      onConcluded: (deployment) => void this.concluded.push(deployment),
    });
  }

  /** A new process on the same store; also takes over what the test changed about `allowed`. */
  restart(): void {
    this.#plan = this.#createPlanner();
  }

  /** Stores a delivery that came just now; its GUID. */
  async deliver(event: AppEvent): Promise<string> {
    const id = randomUUID();
    await this.stores.record({ id, name: event.kind, receivedAt: this.clock.now(), event });
    return id;
  }

  /** One run of the planner for the repository; what it returned. */
  plan(repositoryId = REPOSITORY.id): Promise<number | null> {
    return this.#plan(String(repositoryId));
  }

  /** Runs and moves the clock by just what each run asks for, until all is planned. */
  async planAll(): Promise<void> {
    for (let runs = 0; runs < 100; runs += 1) {
      const wait = await this.plan();
      if (wait === null) return;
      if (!(wait > 0)) throw new Error(`A wait of ${wait} ms makes a busy loop.`);
      this.clock.advance(wait);
    }
    throw new Error('Not planned after 100 runs.');
  }

  open(): Promise<Deployment[]> {
    return this.stores.listOpen(WORKSPACE_ID);
  }

  /** Reasons for doing nothing, as they were logged. */
  noops(): unknown[] {
    return this.lines.flatMap((line) => line['noop'] ?? []);
  }
}

export function buildPush(differences: Partial<PushEvent> = {}): PushEvent {
  return {
    ...{ kind: 'push', account: 'acme', repository: REPOSITORY, ref: 'refs/heads/main' },
    ...{ before: 'b'.repeat(40), after: 'a'.repeat(40), deleted: false, forced: false },
    ...{ pushedAt: START, sender: 'ana', senderIsBot: false },
    ...differences,
  };
}
