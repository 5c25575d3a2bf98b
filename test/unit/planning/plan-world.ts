import { randomUUID } from 'node:crypto';
import { pino } from 'pino';
import { parseCommand } from '../../../src/commands/parse-command.ts';
import { readRepositoryConfiguration } from '../../../src/config/repository-configuration-file.ts';
import type { CommandReads, PullRequest } from '../../../src/domain/command-reads.ts';
import type { ReadConfiguration } from '../../../src/domain/configuration-in-use.ts';
import type { PermissionLevel } from '../../../src/domain/conversation.ts';
import type { AppEvent, CommentEvent, PushEvent } from '../../../src/domain/delivery.ts';
import type { Deployment } from '../../../src/domain/deployment.ts';
import type { WorkspaceMapping } from '../../../src/domain/match-workspaces.ts';
import type { KnownOwner, NamedAccount } from '../../../src/domain/owner.ts';
import { RemoteClock } from '../../../src/domain/remote-clock.ts';
import { type AccountPolicy, NO_POLICY } from '../../../src/domain/repository-configuration.ts';
import type { ShownCheckRun } from '../../../src/domain/shown-check-run.ts';
import { checkPull } from '../../../src/planning/check-pull.ts';
import { commitChecks } from '../../../src/planning/commit-plan.ts';
import { createOwnerReader } from '../../../src/planning/know-owners.ts';
import { DeliveryPlanner } from '../../../src/planning/plan-deliveries.ts';
import { createConfigurations } from '../../../src/planning/repository-configurations.ts';
import type { Stores } from '../../../src/store/create-stores.ts';
import { FakeMeltano } from '../deploying/fake-meltano.ts';
import { FakeClock, FakeDispatcher, FakeReporter, START } from '../deploying/fake-ports.ts';
import { buildWorkspace, openStores, REPOSITORY, WORKSPACE_KEY } from '../deploying/reconcile-world.ts';
import { buildPush as buildAnyPush } from '../domain/push-builder.ts';
import { buildAccount, buildPlanContext } from './build-plan-context.ts';
import { FakeConfigurationFiles } from './fake-configuration-files.ts';
import { FakeTrees } from './fake-trees.ts';

/** The planner over a real store and the real directory of workspaces; Meltano Cloud and GitHub are scripted. */
export class PlanWorld {
  readonly clock = new FakeClock();
  readonly githubClock = new RemoteClock(this.clock);
  readonly meltano = new FakeMeltano(this.clock);
  readonly reporter = new FakeReporter();
  readonly dispatcher = new FakeDispatcher();
  readonly concluded: Deployment[] = [];
  readonly decisions: string[] = [];
  /** The fields of the log lines. */
  readonly lines: Record<string, unknown>[] = [];
  readonly stores: Stores;
  allowed: readonly NamedAccount[] | null = null;
  served = true;
  /** True: deployments are started by the last push, and none is stored. */
  lacksPush = false;
  /** What the accounts file sets for the repositories. */
  policy: AccountPolicy = NO_POLICY;
  /** The mappings of the accounts file; `restart` applies them. */
  mappings: readonly WorkspaceMapping[] = [];
  readonly trees = new FakeTrees();
  #plan: (repositoryKey: string) => Promise<number | null>;

  private constructor(stores: Stores) {
    this.stores = stores;
    this.meltano.workspaces = [buildWorkspace()];
    this.#plan = this.#createPlanner();
  }

  /** The configuration file at each commit; `everywhere` is for all other commits. */
  readonly files = new FakeConfigurationFiles();
  /** The head that GitHub shows for every branch. */
  head: string | null = null;
  /** GitHub's answers to the reads of commands. */
  permission: PermissionLevel = 'push';
  pull: PullRequest = { headBranch: null, baseBranch: 'main', merged: false };
  readonly heads = new Map<string, string>();
  runs: readonly ShownCheckRun[] = [];
  /** The authors of the commits that an approval is for. */
  people: readonly string[] | null = [];
  /** GitHub's reads for commands, by name; each throws while `githubIsDown`. */
  readonly asked: string[] = [];
  githubIsDown = false;
  readonly reads: CommandReads = {
    readPermission: async (_, login) => this.#ask(`permission of ${login}`, this.permission),
    readPullRequest: async (_, number) => this.#ask(`pull request ${number}`, this.pull),
    listBranchesAtHead: async (_, sha) =>
      this.#ask(
        'branches at head',
        [...this.heads].filter(([, head]) => head === sha).map(([branch]) => branch),
      ),
    resolveCommit: async (_, sha) => this.#ask(`commit ${sha}`, sha.padEnd(40, '0')),
    readCommitPeople: async (_, { base, head }) =>
      this.#ask(`people of ${base?.slice(0, 7)}...${head.slice(0, 7)}`, this.people),
    readHead: async (_, branch) => this.#ask(`head of ${branch}`, this.heads.get(branch) ?? null),
    readHeadsTogether: async (_, branches) =>
      this.#ask(
        `heads of ${branches.join(' ')}`,
        new Map(branches.map((branch) => [branch, this.heads.get(branch) ?? null])),
      ),
  };

  static async open(): Promise<PlanWorld> {
    return new PlanWorld(await openStores());
  }

  #ask<T>(what: string, answer: T): T {
    this.asked.push(what);
    if (this.githubIsDown) throw new Error('GitHub is down');
    return answer;
  }

  #createPlanner(): (repositoryKey: string) => Promise<number | null> {
    const { stores, reporter, dispatcher, meltano } = this;
    // Each process has its own clock object: the app remembers times by it.
    const { now, elapsed } = this.clock;
    const clock = { now, elapsed };
    const account = buildAccount(meltano, clock, { mappings: this.mappings });
    const accounts = {
      forOwner: (owner: KnownOwner) => (this.served && !owner.isLoginTaken ? account : null),
      byKey: () => account,
    };
    const sink = { write: (line: string) => void this.lines.push(JSON.parse(line)) };
    const read: ReadConfiguration = (text, workspaces) => readRepositoryConfiguration(text, { workspaces });
    const findPolicy = async () => this.policy;
    const configurations = createConfigurations({
      files: this.files,
      heads: { readHead: async () => this.head },
      trees: this.trees,
      store: stores,
      repositories: stores,
      findPolicy,
      read,
    });
    const planner = new DeliveryPlanner(
      buildPlanContext({
        stores,
        clock,
        githubClock: this.githubClock,
        accounts,
        configurations,
        openTrees: this.trees.open,
        newId: randomUUID,
        reads: this.reads,
        readHead: async () => this.head,
        listRuns: async () => [...this.runs],
        lacksPush: async () => this.lacksPush,
        context: {
          reporter,
          dispatcher,
          checkPull: (pull) =>
            checkPull(pull, {
              files: this.files,
              configurations,
              read,
              findPolicy,
              commitProject: (checks) => commitChecks({ plans: stores, dispatcher }, checks),
            }),
          log: pino({ level: 'debug' }, sink),
          knowOwner: createOwnerReader({ store: stores, clock, listNamed: () => this.allowed ?? [] }),
          allowedAccounts: this.allowed,
          onConcluded: (deployment) => void this.concluded.push(deployment),
          onDecision: (reason) => void this.decisions.push(reason),
        },
      }),
    );
    return (key) => planner.plan(key);
  }

  /** Starts a new process on the same store, with the test's changes to `allowed` and `mappings`. */
  restart(): void {
    this.#plan = this.#createPlanner();
  }

  /** Stores a delivery that was received now; returns its GUID. */
  async deliver(event: AppEvent): Promise<string> {
    const id = randomUUID();
    await this.stores.record({ id, name: event.kind, receivedAt: this.clock.now(), event });
    return id;
  }

  /** Runs the planner once for the repository; returns its delay. */
  plan(repositoryId = REPOSITORY.id): Promise<number | null> {
    return this.#plan(String(repositoryId));
  }

  /** Runs the planner and advances the clock by each delay until all is planned. */
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
    return this.stores.listOpen(WORKSPACE_KEY);
  }

  /** The logged reasons for doing nothing. */
  noops(): unknown[] {
    return this.lines.flatMap((line) => line['noop'] ?? []);
  }
}

/** A comment by a person with a command. */
export function buildComment(body: string, differences: Partial<CommentEvent> = {}): CommentEvent {
  const parsed = parseCommand(body);
  if (parsed.kind === 'none') throw new Error(`There is no command in ${body}`);
  return {
    kind: 'comment',
    account: 'acme',
    repository: REPOSITORY,
    place: { kind: 'issue', number: 1 },
    commentId: 7,
    actor: 'ana',
    askedAt: START,
    parsed,
    ...differences,
  };
}

export function buildPush(differences: Partial<PushEvent> = {}): PushEvent {
  return buildAnyPush({ pushedAt: START, ...differences });
}
