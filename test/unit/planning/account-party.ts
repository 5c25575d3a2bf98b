import { pino } from 'pino';
import type { ReconcileContext } from '../../../src/deploying/reconcile-context.ts';
import type { Account } from '../../../src/domain/account.ts';
import type { CommandReads } from '../../../src/domain/conversation.ts';
import type { RerunEvent } from '../../../src/domain/delivery.ts';
import type { Deployment, Repository } from '../../../src/domain/deployment.ts';
import { RemoteClock } from '../../../src/domain/remote-clock.ts';
import { createWorkspaceDirectory } from '../../../src/meltano/workspace-directory.ts';
import { createPostDeploymentOutputs } from '../../../src/reporting/post-deployment-outputs.ts';
import type { Stores } from '../../../src/store/create-stores.ts';
import { FakeConversation } from '../commands/fake-conversation.ts';
import { FakeMeltano } from '../deploying/fake-meltano.ts';
import {
  buildWorkspace,
  type FakeClock,
  FakeDispatcher,
  FakeReporter,
  MINUTE,
  START,
} from '../deploying/reconcile-world.ts';

export const NAMES = ['acme', 'evil'] as const;
export type Name = (typeof NAMES)[number];

/** Something that a person of one account, or its server, does; `wait` passes time for both. */
export type Act =
  | { readonly kind: 'wait' }
  | { readonly kind: 'push' | 'rerun' | 'run' | 'complete' | 'fail'; readonly by: Name }
  | { readonly kind: 'command'; readonly by: Name; readonly text: string };

/** One account: its server, its repository, and what it can see. */
export interface Party {
  readonly name: Name;
  readonly person: string;
  readonly repository: Repository;
  readonly meltano: FakeMeltano;
  readonly account: Account;
  readonly conversation: FakeConversation;
  /** Every state that its check runs had. */
  readonly shown: string[];
  readonly commands: string[];
  count: number;
}

/** Both servers list the same ids and names, and each a workspace that claims the other's repository. */
export function makeParty(clock: FakeClock, name: Name, person: string): Party {
  const meltano = new FakeMeltano(clock);
  const id = NAMES.indexOf(name) + 1;
  const other = name === 'acme' ? 'evil' : 'acme';
  meltano.workspaces = [
    buildWorkspace({ repositoryUrl: `https://github.com/${name}/data` }),
    buildWorkspace({
      id: '81c0ef56-7f7e-47c1-9700-2d7e2eb5a04e',
      repositoryUrl: `https://github.com/${other}/data`,
    }),
  ];
  const account: Account = {
    key: `@${name}`,
    api: meltano,
    directory: createWorkspaceDirectory(() => meltano.listWorkspaces(), clock),
    mappings: [],
    allows: () => true,
    triggerOf: () => ({ kind: 'api' }),
    adoptsJobs: true,
    keepsPushes: false,
    pagesUrl: `https://meltano.${name}.test`,
  };
  return {
    name,
    person,
    repository: {
      id,
      installationId: id,
      owner: name,
      ownerId: id,
      name: 'data',
      private: true,
      defaultBranch: 'main',
    },
    meltano,
    account,
    conversation: new FakeConversation(),
    shown: [],
    commands: [],
    count: 0,
  };
}

export function createReads(headOf: (repository: Repository) => string): CommandReads {
  return {
    readPermission: async () => 'push' as const,
    readPullRequest: async () => ({ headBranch: null, baseBranch: 'main', merged: false }),
    listBranchesAtHead: async () => [],
    resolveCommit: async () => null,
    readHead: async (repository: Repository) => headOf(repository),
    readHeadsTogether: async (repository: Repository, branches: readonly string[]) =>
      new Map(branches.map((branch) => [branch, headOf(repository)])),
  };
}

interface SharedParts extends Pick<ReconcileContext, 'clock' | 'accounts' | 'logs' | 'openTrees'> {
  readonly stores: Stores;
}

/** The reconciler's, with nothing but what two accounts share. */
export function createContext({ stores, ...shared }: SharedParts): ReconcileContext {
  const { clock } = shared;
  const dispatcher = new FakeDispatcher();
  return {
    store: stores,
    repositories: stores,
    reporter: new FakeReporter(),
    dispatcher,
    ...shared,
    githubClock: new RemoteClock(clock),
    configurations: { known: async () => null },
    random: () => 0.5,
    log: pino({ level: 'silent' }),
    limits: { startMs: 60 * MINUTE, deployMs: 120 * MINUTE, poll: { min: 1_000, max: 10_000 } },
    githubHost: 'github.com',
    outputs: createPostDeploymentOutputs({
      store: stores,
      dispatcher,
      clock: clock,
      readWantedOutputs: async () => ({ failureComments: false, githubDeployments: false }),
    }),
    onConcluded: () => undefined,
  };
}

export function buildRerun({ name, repository, person }: Party, last: Deployment): RerunEvent {
  return {
    kind: 'rerun',
    account: name,
    repository,
    how: 'rerun',
    sha: last.sha,
    actor: person,
    run: {
      id: 1,
      url: 'https://github.test/runs/1',
      name: last.checkName,
      conclusion: 'success',
      title: 'Deployed',
      externalId: `${last.workspaceId}/${last.id}`,
      startedAt: START,
      completedAt: START,
    },
  };
}
