import type { Account } from '../../../src/domain/account.ts';
import type { CommandReads } from '../../../src/domain/command-reads.ts';
import type { RerunEvent } from '../../../src/domain/delivery.ts';
import type { Deployment, Repository } from '../../../src/domain/deployment.ts';
import { FakeConversation } from '../commands/fake-conversation.ts';
import { FakeMeltano } from '../deploying/fake-meltano.ts';
import { type FakeClock, START } from '../deploying/fake-ports.ts';
import { buildWorkspace } from '../deploying/reconcile-world.ts';
import { buildRepository } from '../domain/push-builder.ts';
import { buildAccount } from './build-plan-context.ts';

export const NAMES = ['acme', 'evil'] as const;
export type Name = (typeof NAMES)[number];

/** An action of one account's person or server; `wait` advances the clock for both. */
export type Act =
  | { readonly kind: 'wait' }
  | { readonly kind: 'push' | 'rerun' | 'run' | 'complete' | 'fail'; readonly by: Name }
  | { readonly kind: 'command'; readonly by: Name; readonly text: string };

/** One account: its server, its repository, and its view of the app. */
export interface Party {
  readonly name: Name;
  readonly person: string;
  readonly repository: Repository;
  readonly meltano: FakeMeltano;
  readonly account: Account;
  readonly conversation: FakeConversation;
  /** All states of its check runs. */
  readonly shown: string[];
  readonly commands: string[];
  count: number;
}

/** Both servers list the same ids and names, and each has a workspace that claims the other's repository. */
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
  meltano.addPipeline('facebook');
  meltano.addPipeline(`a pipeline of ${name}`);
  const account = buildAccount(meltano, clock, {
    key: `@${name}`,
    pagesUrl: `https://meltano.${name}.test`,
  });
  return {
    name,
    person,
    repository: buildRepository({ id, installationId: id, owner: name, ownerId: id }),
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
    readPermission: async () => 'maintain' as const,
    readPullRequest: async () => ({ headBranch: null, baseBranch: 'main', merged: false }),
    listBranchesAtHead: async () => [],
    resolveCommit: async () => null,
    readCommitPeople: async () => [],
    readHead: async (repository: Repository) => headOf(repository),
    readHeadsTogether: async (repository: Repository, branches: readonly string[]) =>
      new Map(branches.map((branch) => [branch, headOf(repository)])),
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
