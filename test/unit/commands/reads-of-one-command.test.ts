import { beforeEach, expect, test } from 'vitest';
import { ReadsOfOneCommand } from '../../../src/commands/reads-of-one-command.ts';
import type { CommandReads, PullRequest } from '../../../src/domain/conversation.ts';
import { REPOSITORY } from '../deploying/reconcile-world.ts';

const SHA = 'a'.repeat(40);
const PULL: PullRequest = { headBranch: 'dev', baseBranch: 'main', merged: false, openHead: SHA };

let asked: string[];
let pull: PullRequest;

const github: CommandReads = {
  readPermission: async () => note('permission', 'push' as const),
  readPullRequest: async () => note('pull request', pull),
  listBranchesAtHead: async () => note('branches at the commit', ['dev']),
  resolveCommit: async () => note('commit', SHA),
  readHead: async (_, branch) => note(`head of ${branch}`, SHA),
  readHeadsTogether: async (_, branches) =>
    note(`heads of ${branches.join(' ')}`, new Map(branches.map((branch) => [branch, SHA]))),
};

function note<T>(what: string, answer: T): T {
  asked.push(what);
  return answer;
}

async function begin(): Promise<ReadsOfOneCommand> {
  const reads = new ReadsOfOneCommand(github);
  await reads.readPermission(REPOSITORY, 'ana');
  asked = [];
  return reads;
}

beforeEach(() => {
  asked = [];
  pull = PULL;
});

test('heads that there is room for are read one by one, and none twice', async () => {
  const reads = await begin();
  await reads.readHeads(REPOSITORY, ['a', 'b', 'a']);
  const heads = await reads.readHeads(REPOSITORY, ['a', 'b', 'c', 'd']);
  expect([...heads.keys()]).toEqual(['a', 'b', 'c', 'd']);
  expect(asked).toEqual(['head of a', 'head of b', 'head of c', 'head of d']);
});

test('more of them come together', async () => {
  const reads = await begin();
  await reads.readHeads(REPOSITORY, ['a', 'b', 'c', 'd', 'e']);
  expect(asked).toEqual(['heads of a b c d e']);
});

test('a configuration that is still to be read takes three', async () => {
  const reads = await begin();
  reads.leaveConfigurationToRead('main');
  await reads.readHeads(REPOSITORY, ['main', 'dev']);
  expect(asked).toEqual(['head of main', 'head of dev']);
  const others = await begin();
  others.leaveConfigurationToRead('main');
  await others.readHeads(REPOSITORY, ['main', 'dev', 'qa']);
  expect(asked).toEqual(['heads of main dev qa']);
});

test.each<[string, boolean, Partial<PullRequest>, string[]]>([
  ['tells its head where the branch would be one too many', true, {}, ['pull request', 'head of main']],
  [
    'lags behind its branch, and is not asked where there is room',
    false,
    {},
    ['pull request', 'head of main', 'head of dev'],
  ],
  [
    'that is closed is told of no later commit',
    true,
    { openHead: null },
    ['pull request', 'heads of main dev'],
  ],
])('a pull request %s', async (_, isFirst, differences, requests) => {
  pull = { ...PULL, ...differences };
  const reads = await begin();
  if (isFirst) reads.leaveConfigurationToRead('main');
  await reads.readPullRequest(REPOSITORY, 7);
  await reads.readPullRequest(REPOSITORY, 7);
  await reads.readHeads(REPOSITORY, ['main', 'dev']);
  expect(asked).toEqual(requests);
});

test('the branches of a commit have that commit for a head', async () => {
  const reads = await begin();
  await reads.listBranchesAtHead(REPOSITORY, SHA);
  await reads.listBranchesAtHead(REPOSITORY, SHA);
  expect((await reads.readHeads(REPOSITORY, ['dev'])).get('dev')).toBe(SHA);
  expect(asked).toEqual(['branches at the commit']);
});
