import { pino } from 'pino';
import { planCommand, planUnanswered } from '../../../src/commands/plan-command.ts';
import { planRerun, planUnansweredRerun } from '../../../src/commands/plan-rerun.ts';
import type { Account, Accounts } from '../../../src/domain/account.ts';
import type { Clock } from '../../../src/domain/clock.ts';
import type { CommandReads } from '../../../src/domain/command-reads.ts';
import type { Configurations } from '../../../src/domain/configuration-in-use.ts';
import type { HeadReader } from '../../../src/domain/installation-reader.ts';
import { RemoteClock } from '../../../src/domain/remote-clock.ts';
import type { ShownCheckRuns } from '../../../src/domain/shown-check-run.ts';
import { createWorkspaceDirectory } from '../../../src/meltano/workspace-directory.ts';
import type { OpenTrees } from '../../../src/planning/changed-paths.ts';
import { createOwnerReader } from '../../../src/planning/know-owners.ts';
import type { PlanContext } from '../../../src/planning/plan-deliveries.ts';
import type { LacksPush, NewId } from '../../../src/planning/plan-store.ts';
import { nameCheckRun } from '../../../src/reporting/render/name-check-run.ts';
import type { CommitHistoryApi } from '../../../src/reporting/way-back.ts';
import type { Stores } from '../../../src/store/create-stores.ts';
import type { FakeMeltano } from '../deploying/fake-meltano.ts';
import { FakeDispatcher, FakeReporter, NO_NOTICES } from '../deploying/fake-ports.ts';

interface PlanParts {
  readonly stores: Stores;
  readonly clock: Clock;
  readonly githubClock?: RemoteClock;
  readonly accounts: Accounts;
  readonly configurations: Configurations;
  readonly openTrees: OpenTrees;
  readonly newId: NewId;
  readonly reads: CommandReads;
  readonly readHead: HeadReader['readHead'];
  readonly listRuns?: ShownCheckRuns['listRuns'];
  readonly lacksPush?: LacksPush;
  /** Replaces fields of the context. */
  readonly context?: Partial<PlanContext>;
}

/** The planner's context over a real store, with the real planning of commands. */
const NOT_ASKED = async () => ({ ok: false, failure: { kind: 'unknown', message: 'not asked' } }) as const;
const NO_HISTORY: CommitHistoryApi = { compare: NOT_ASKED, findMerge: NOT_ASKED, countCommits: NOT_ASKED };

export function buildPlanContext(parts: PlanParts): PlanContext {
  const { stores, clock, accounts, configurations, openTrees, newId } = parts;
  const planning = {
    openTrees,
    store: stores,
    newId,
    nameCheckRun,
    nameEnvironment: ({ name }: { readonly name: string }) => name,
    githubClock: parts.githubClock ?? new RemoteClock(clock),
    readMessage: async () => '',
    lacksPush: parts.lacksPush ?? (async () => false),
  };
  const commands = {
    reads: parts.reads,
    planning,
    configurations,
    store: stores,
    runs: { listRuns: parts.listRuns ?? (async () => []) },
    history: NO_HISTORY,
  };
  return {
    deliveries: stores,
    repositories: stores,
    plans: stores,
    sweeps: stores,
    requiredChecks: stores,
    commitRuns: stores,
    checkPull: async () => ({ outcome: 'configuration_unchanged', deployments: [] }),
    accounts,
    reporter: new FakeReporter(),
    dispatcher: new FakeDispatcher(),
    clock,
    heads: { readHead: parts.readHead },
    planning,
    configurations,
    commands: {
      planCommand: (command) => planCommand(command, commands),
      planRerun: (rerun) => planRerun(rerun, commands),
      planUnanswered: async ({ event, ...request }, problem) =>
        event.kind === 'comment'
          ? planUnanswered({ ...request, event }, problem)
          : planUnansweredRerun({ ...request, event }, problem, commands),
    },
    random: () => 0.5,
    log: pino({ level: 'silent' }),
    githubHost: 'github.com',
    knowOwner: createOwnerReader({ store: stores, clock, listNamed: () => [] }),
    allowedAccounts: null,
    notices: NO_NOTICES,
    onConcluded: () => undefined,
    onDecision: () => undefined,
    ...parts.context,
  };
}

/** An account that may deploy all workspaces of its server. */
export function buildAccount(
  meltano: FakeMeltano,
  clock: Clock,
  differences: Partial<Account> = {},
): Account {
  return {
    key: 'environment',
    api: meltano,
    directory: createWorkspaceDirectory(() => meltano.listWorkspaces(), clock),
    mappings: [],
    allows: () => true,
    triggerOf: () => ({ kind: 'api' }),
    adoptsJobs: true,
    keepsPushes: false,
    pagesUrl: 'https://app.meltano.com',
    ...differences,
  };
}
