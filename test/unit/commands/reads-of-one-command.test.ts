import { beforeEach, expect, test } from 'vitest';
import { ReadsOfOneCommand } from '../../../src/commands/reads-of-one-command.ts';
import type { CommandReads, PullRequest } from '../../../src/domain/command-reads.ts';
import { REPOSITORY } from '../deploying/reconcile-world.ts';

const SHA = 'a'.repeat(40);
const PULL: PullRequest = { headBranch: 'dev', baseBranch: 'main', merged: false };

let asked: string[];

const github: CommandReads = {
  readPermission: async () => note('permission', 'push' as const),
  readPullRequest: async () => note('pull request', PULL),
  listBranchesAtHead: async () => note('branches at the commit', ['dev']),
  resolveCommit: async () => note('commit', SHA),
  readCommitPeople: async () => note('people', []),
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
});

test('one head is read alone, several together, and none twice', async () => {
  const reads = await begin();
  await reads.readHeads(REPOSITORY, ['a', 'a']);
  const heads = await reads.readHeads(REPOSITORY, ['a', 'b', 'c']);
  expect([...heads.keys()]).toEqual(['a', 'b', 'c']);
  expect(asked).toEqual(['head of a', 'heads of b c']);
});

test('the people of the same commits are read once', async () => {
  const reads = await begin();
  const commits = { base: null, head: SHA };
  await Promise.all([
    reads.readCommitPeople(REPOSITORY, commits),
    reads.readCommitPeople(REPOSITORY, commits),
    reads.readCommitPeople(REPOSITORY, { ...commits, base: 'main' }),
  ]);
  expect(asked).toEqual(['people', 'people']);
});

test('a pull request is read once, and its branch for itself, since the request may lag behind it', async () => {
  const reads = await begin();
  await reads.readPullRequest(REPOSITORY, 7);
  await reads.readPullRequest(REPOSITORY, 7);
  await reads.readHeads(REPOSITORY, ['dev']);
  expect(asked).toEqual(['pull request', 'head of dev']);
});

test('the branches of a commit have that commit for a head', async () => {
  const reads = await begin();
  await reads.listBranchesAtHead(REPOSITORY, SHA);
  await reads.listBranchesAtHead(REPOSITORY, SHA);
  expect((await reads.readHeads(REPOSITORY, ['dev'])).get('dev')).toBe(SHA);
  expect(asked).toEqual(['branches at the commit']);
});
