import { validate } from '@octokit/graphql-schema';
import { expect, test } from 'vitest';
import { GitHubCommandReads, writeHeadsQuery } from '../../../src/github/command-reads.ts';
import { createInstallationReader } from '../../../src/github/installation-reader.ts';
import { REPOSITORY } from '../deploying/reconcile-world.ts';
import { connectForReading, type GitHubToRead } from './connect-for-reading.ts';
import { SHA } from './octokit-setup.ts';

const BRANCHES = ['main', 'feature/"x" {y}', 'gone'];
const HEADS = [SHA, 'b'.repeat(40), null];

function connect() {
  const github = connectForReading();
  const heads = createInstallationReader({
    getOctokit: github.getOctokit,
    getAppOctokit: github.getAppOctokit,
  });
  return { github, reads: new GitHubCommandReads({ ...github.reading, heads }) };
}

function serveOneByOne({ scope }: GitHubToRead): void {
  for (const [n, name] of BRANCHES.entries()) {
    const sha = HEADS[n];
    const path = `/repos/acme/data/branches/${encodeURIComponent(name)}`;
    if (sha) scope.get(path).reply(200, { name, commit: { sha } });
    else scope.get(path).reply(404, { message: 'Branch not found' });
  }
}

test("the query is one of GitHub's schema", () => {
  expect(validate(writeHeadsQuery(2))).toEqual([]);
  expect(validate(writeHeadsQuery(2).replaceAll('oid', 'sha'))).not.toEqual([]);
});

test('several heads come with one request; a name is only ever a name', async () => {
  const { github, reads } = connect();
  const refs = BRANCHES.map((branch, n) => [`ref${n}`, `refs/heads/${branch}`]);
  const variables = { owner: 'acme', repository: 'data', ...Object.fromEntries(refs) };
  const found = HEADS.map((oid, n) => [`ref${n}`, oid && { target: { oid } }]);
  github.scope
    .post('/graphql', { query: writeHeadsQuery(BRANCHES.length), variables })
    .reply(200, { data: { repository: Object.fromEntries(found) } });
  const heads = await reads.readHeadsTogether(REPOSITORY, BRANCHES);
  expect(BRANCHES.map((branch) => heads.get(branch))).toEqual(HEADS);
  expect(github.requests).toEqual(['POST /graphql']);
});

test.each<[string, number, object]>([
  ['does not serve GraphQL', 404, { message: 'Not Found' }],
  ['has an error in its answer', 200, { data: { repository: null }, errors: [{ message: 'Something' }] }],
  ['has no requests of that kind left', 200, { errors: [{ type: 'RATE_LIMITED', message: 'exceeded' }] }],
])('they are read one by one where GitHub %s', async (_, status, answer) => {
  const { github, reads } = connect();
  github.scope.post('/graphql').reply(status, answer);
  serveOneByOne(github);
  const heads = await reads.readHeadsTogether(REPOSITORY, BRANCHES);
  expect(BRANCHES.map((branch) => heads.get(branch))).toEqual(HEADS);
  expect(github.requests).toHaveLength(1 + BRANCHES.length);
});

test.each([403, 502])('a GitHub that can not answer now (%s) is not asked once more', async (status) => {
  const { github, reads } = connect();
  github.scope.post('/graphql').reply(status, { message: 'You have exceeded a secondary rate limit' });
  await expect(reads.readHeadsTogether(REPOSITORY, BRANCHES)).rejects.toMatchObject({ status });
  expect(github.requests).toHaveLength(1);
});
