import { pino } from 'pino';
import { parseCommand } from '../../../src/commands/parse-command.ts';
import { createPipelineReader } from '../../../src/commands/pipelines/read-pipelines.ts';
import { createPipelineErrorReader } from '../../../src/commands/read-first-error.ts';
import { createLogTailReader } from '../../../src/commands/read-log-tail.ts';
import { renderReply } from '../../../src/commands/replies/render-reply.ts';
import { createConversationSync } from '../../../src/commands/sync-conversation.ts';
import { WorkspaceReconciler } from '../../../src/deploying/reconcile-workspace.ts';
import { PipelineWatcher } from '../../../src/deploying/watch-pipelines.ts';
import type { Accounts } from '../../../src/domain/account.ts';
import { DEFAULTS_IN_USE } from '../../../src/domain/configuration-in-use.ts';
import type { AppEvent } from '../../../src/domain/delivery.ts';
import { isReported, type Repository } from '../../../src/domain/deployment.ts';
import { formatWatchId } from '../../../src/domain/pipeline-watch.ts';
import { formatWorkspaceKey } from '../../../src/domain/workspace.ts';
import { LogStore } from '../../../src/logs/log-store.ts';
import { DeliveryPlanner } from '../../../src/planning/plan-deliveries.ts';
import { renderCheckRun } from '../../../src/reporting/render/render-check-run.ts';
import { renderPipelineWatch } from '../../../src/reporting/render/render-pipeline-watch.ts';
import { renderRun } from '../../../src/reporting/render-run.ts';
import type { Stores } from '../../../src/store/create-stores.ts';
import { FakeClock, PlainBuilder } from '../deploying/fake-ports.ts';
import { buildReconcileContext, openStores, WORKSPACE_ID } from '../deploying/reconcile-world.ts';
import {
  type Act,
  buildRerun,
  createReads,
  makeParty,
  NAMES,
  type Name,
  type Party,
} from './account-party.ts';
import { buildPlanContext } from './build-plan-context.ts';
import { FakeTrees } from './fake-trees.ts';

/** Two accounts that share a store, a planner and a reconciler. Records what each of them sees. */
export class AccountPair {
  readonly #stores: Stores;
  readonly #clock = new FakeClock();
  readonly #trees = new FakeTrees();
  readonly #logs = new LogStore(() => new PlainBuilder());
  readonly #parties: Record<Name, Party>;
  readonly #plan: (key: string) => Promise<number | null>;
  readonly #reconcile: (key: string) => Promise<number | null>;
  readonly #watch: (id: string) => Promise<number | null>;
  /** The account for which ids are made. */
  #current: Name = 'acme';

  static async open(): Promise<AccountPair> {
    return new AccountPair(await openStores());
  }

  private constructor(stores: Stores) {
    this.#stores = stores;
    this.#parties = {
      acme: makeParty(this.#clock, 'acme', 'anastasia'),
      evil: makeParty(this.#clock, 'evil', 'mallory'),
    };
    this.#plan = this.#createPlanner();
    const context = buildReconcileContext({
      stores,
      clock: this.#clock,
      accounts: this.#accounts,
      logs: this.#logs,
      openTrees: this.#trees.open,
    });
    const reconciler = new WorkspaceReconciler(context);
    this.#reconcile = (key) => reconciler.reconcile(key);
    const watcher = new PipelineWatcher(context);
    this.#watch = (id) => watcher.watch(id);
  }

  get #accounts(): Accounts {
    const accounts = NAMES.map((name) => this.#parties[name].account);
    return {
      forOwner: ({ login }) => accounts.find((one) => one.key === `@${login}`) ?? null,
      byKey: (key) => accounts.find((one) => one.key === key) ?? null,
    };
  }

  #createPlanner(): (key: string) => Promise<number | null> {
    const configurations = {
      known: async () => DEFAULTS_IN_USE,
      current: async () => DEFAULTS_IN_USE,
      isCached: async () => true,
    } as never;
    const planner = new DeliveryPlanner(
      buildPlanContext({
        stores: this.#stores,
        clock: this.#clock,
        accounts: this.#accounts,
        configurations,
        openTrees: this.#trees.open,
        newId: () => this.#newId(),
        reads: createReads((repository) => this.#headOf(repository)),
        readHead: async (repository) => this.#headOf(repository),
      }),
    );
    return (key) => planner.plan(key);
  }

  #newId(): string {
    const party = this.#parties[this.#current];
    party.count += 1;
    return `${party.name}-${party.count}`;
  }

  /** A commit whose SHA begins with the account. */
  #commit({ name }: Party, number: number): string {
    return `${name === 'acme' ? 'acac' : 'e1e1'}${String(number).padStart(36, '0')}`;
  }

  #pushes: Record<Name, number> = { acme: 0, evil: 0 };

  #headOf({ owner }: Repository): string {
    const name = NAMES.find((one) => one === owner) ?? 'acme';
    return this.#commit(this.#parties[name], this.#pushes[name]);
  }

  async act(act: Act): Promise<void> {
    if (act.kind === 'wait') {
      this.#clock.advance(5_000);
      for (const name of NAMES) await this.#settle(this.#parties[name]);
      return;
    }
    await this.#actFor(this.#parties[act.by], act);
    await this.#settle(this.#parties[act.by]);
  }

  async #actFor(party: Party, act: Exclude<Act, { kind: 'wait' }>): Promise<void> {
    this.#current = party.name;
    const { repository, meltano, person } = party;
    const origin = { account: party.name, repository };
    switch (act.kind) {
      case 'push': {
        this.#pushes[party.name] += 1;
        const number = this.#pushes[party.name];
        return this.#deliver({
          kind: 'push',
          ...origin,
          ref: 'refs/heads/main',
          before: this.#commit(party, number - 1),
          after: this.#commit(party, number),
          deleted: false,
          forced: false,
          pushedAt: Math.floor(this.#clock.now() / 1_000) * 1_000,
          sender: person,
          senderIsBot: true,
        });
      }
      case 'command': {
        const parsed = parseCommand(act.text);
        if (parsed.kind === 'none') return;
        const place = { kind: 'issue', number: party.count } as const;
        const askedAt = this.#clock.now();
        return this.#deliver({
          kind: 'comment',
          ...origin,
          place,
          commentId: 1,
          actor: person,
          askedAt,
          parsed,
        });
      }
      case 'rerun':
        return this.#rerun(party);
      default: {
        const job = meltano.jobs.at(-1);
        if (!job) return;
        meltano.logs.set(job.id, [`a line of ${party.name}`]);
        const time = this.#clock.now();
        if (act.kind === 'run') meltano.moveJob({ status: 'RUNNING', startTime: time });
        else meltano.moveJob({ status: act.kind === 'complete' ? 'COMPLETE' : 'ERROR', endTime: time });
      }
    }
  }

  async #rerun(party: Party): Promise<void> {
    const { account, repository } = party;
    const workspace = { account: account.key, workspaceId: WORKSPACE_ID, repositoryId: repository.id };
    const [last] = await this.#stores.listRecent(workspace, 1);
    if (last?.state === 'concluded') await this.#deliver(buildRerun(party, last));
  }

  async #deliver(event: AppEvent): Promise<void> {
    const id = this.#newId();
    if (event.kind === 'comment') this.#parties[this.#current].commands.push(id);
    await this.#stores.record({ id, name: event.kind, receivedAt: this.#clock.now(), event });
  }

  /** Does all work that is due for one account; the clock stays. */
  async #settle(party: Party): Promise<void> {
    this.#current = party.name;
    const key = formatWorkspaceKey({ account: party.account.key, workspaceId: WORKSPACE_ID });
    for (let round = 0; round < 3; round += 1) {
      await this.#plan(String(party.repository.id));
      await this.#reconcile(key);
      for (const id of party.commands) {
        await this.#watch(formatWatchId('run', id));
        await this.#watch(formatWatchId('verification', id));
      }
      await this.#report(party);
      for (const id of party.commands) await this.#createSync(party)(id);
    }
  }

  async #report({ repository, shown, name }: Party): Promise<void> {
    const watches = await this.#stores.listReportableWatches(repository.installationId);
    const unreported = [
      ...(await this.#stores.listUnreported()),
      ...watches.filter((one) => !isReported(one)),
    ];
    for (const one of unreported) {
      if (one.repositoryId !== repository.id) continue;
      const { fields } = await renderRun(one, repository, {
        store: this.#stores,
        logs: this.#logs,
        clock: this.#clock,
        render: renderCheckRun,
        renderPipelines: renderPipelineWatch,
        renderCommit: () => {
          throw new Error('There is no configuration file.');
        },
        pages: this.#pages,
        findWayBack: async () => null,
        limits: { deployTimeoutMinutes: 120, startTimeoutMinutes: 60 },
      });
      shown.push(JSON.stringify(fields));
      const { id, revision } = one;
      const checkRunUrl = `https://github.test/${name}/runs/${id}`;
      await this.#stores.saveReport(id, {
        reportedRevision: revision,
        checkRunId: shown.length,
        checkRunUrl,
      });
    }
  }

  readonly #pages = {
    githubUrl: 'https://github.test',
    workspaceUrl: ({ account }: { readonly account: string | null }) =>
      `${this.#accounts.byKey(account ?? '')?.pagesUrl}/workspaces`,
  };

  #createSync({ conversation }: Party): (id: string) => Promise<number | null> {
    return createConversationSync({
      store: this.#stores,
      repositories: this.#stores,
      api: conversation,
      clock: this.#clock,
      random: () => 0.5,
      log: pino({ level: 'silent' }),
      render: renderReply,
      readLogTail: createLogTailReader({
        accounts: this.#accounts,
        store: this.#stores,
        newBuilder: () => new PlainBuilder(),
        describeFailure: ({ kind }) => kind,
      }),
      readFirstError: async () => null,
      readPipelines: createPipelineReader({
        accounts: this.#accounts,
        clock: this.#clock,
        describeFailure: ({ kind }) => kind,
      }),
      readPipelineError: createPipelineErrorReader({
        accounts: this.#accounts,
        newBuilder: () => new PlainBuilder(),
      }),
      pages: this.#pages,
    });
  }

  /** Everything that the account and its server saw of the app. */
  seenBy(name: Name): unknown {
    const { meltano, conversation, shown } = this.#parties[name];
    return {
      calls: meltano.calls,
      jobs: meltano.jobs,
      replies: [...conversation.replies.values()],
      reactions: conversation.calls,
      shown,
    };
  }
}
