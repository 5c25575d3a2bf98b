import { validate } from '@octokit/graphql-schema';
import { expect, test } from 'vitest';
import { createProjectSources, writeBlobsQuery } from '../../../src/github/project-sources.ts';
import { createTreeReader } from '../../../src/github/read-trees.ts';
import { REPOSITORY } from '../deploying/reconcile-world.ts';
import { connectForReading } from './connect-for-reading.ts';
import { SHA } from './octokit-setup.ts';

function connect(tree: object[], isTruncated = false) {
  const github = connectForReading();
  const trees = createTreeReader({ ...github.reading, elapsed: () => 0 });
  const { open, findMergeBase } = createProjectSources({ ...github.reading, trees });
  github.scope.get(`/repos/acme/data/git/trees/${SHA}`).query(true).reply(200, {
    sha: SHA,
    tree,
    truncated: isTruncated,
  });
  return { github, open, findMergeBase };
}

function file(path: string, size = 10, sha = `${path} sha`) {
  return { path, mode: '100644', type: 'blob', sha, size };
}

async function openFiles({ open }: ReturnType<typeof connect>) {
  const source = await open(REPOSITORY, SHA);
  if ('kind' in source) throw new Error(source.why);
  return { source, files: await source.listFiles() };
}

test("the query is one of GitHub's schema", () => {
  expect(validate(writeBlobsQuery(2))).toEqual([]);
  expect(validate(writeBlobsQuery(2).replaceAll('isTruncated', 'isCut'))).not.toEqual([]);
});

test('one query reads many files, each text once; binary files are missing', async () => {
  const tree = [file('a.yml'), file('binary'), file('copy', 10, 'a.yml sha'), file('gone'), file('large')];
  const connected = connect(tree);
  const { github } = connected;
  const shas = ['a.yml sha', 'binary sha', 'gone sha', 'large sha'];
  const variables = {
    owner: 'acme',
    repository: 'data',
    ...Object.fromEntries(shas.map((sha, n) => [`blob${n}`, sha])),
  };
  const repository = {
    blob0: { isTruncated: false, text: 'version: 1\n' },
    blob1: { isTruncated: false, text: null },
    blob2: null,
    blob3: { isTruncated: true, text: 'ver' },
  };
  github.scope
    .post('/graphql', { query: writeBlobsQuery(4), variables })
    .reply(200, { data: { repository } });
  const { source, files } = await openFiles(connected);
  const texts = await source.readTexts(files);
  expect([...texts]).toEqual([
    ['a.yml', 'version: 1\n'],
    ['copy', 'version: 1\n'],
  ]);
  await source.readTexts(files.filter(({ path }) => path === 'copy'));
  expect(github.requests).toHaveLength(2);
});

test('a query asks for at most 100 files, and some 1 MiB', async () => {
  const sizes = [...Array.from({ length: 150 }, () => 10), 600_000, 600_000];
  const connected = connect(sizes.map((size, n) => file(`${1_000 + n}.yml`, size)));
  const asked: number[] = [];
  connected.github.scope
    .post('/graphql', ({ variables }) => asked.push(Object.keys(variables).length - 2) > 0)
    .times(3)
    .reply(200, { data: { repository: {} } });
  const { source, files } = await openFiles(connected);
  await source.readTexts(files);
  expect(asked).toEqual([100, 51, 1]);
});

test.each([
  ['lacks it', 404, { message: 'Not Found' }],
  ['was not built', 501, { message: 'Not Implemented' }],
  [
    'refuses a field',
    200,
    { errors: [{ message: "Field 'isTruncated' doesn't exist", type: 'undefinedField' }] },
  ],
  [
    'answers a part',
    200,
    { data: { repository: { blob0: null } }, errors: [{ message: 'Something failed' }] },
  ],
  [
    'has no requests of its own left',
    200,
    { errors: [{ message: 'API rate limit exceeded', type: 'RATE_LIMITED' }] },
  ],
] as const)('files are read one after the other if GraphQL %s', async (_, status, body) => {
  const connected = connect([file('a.yml', 10, 'a'), file('image', 10, 'b')]);
  const { scope } = connected.github;
  scope.post('/graphql').reply(status, body);
  for (const [sha, content] of [
    ['a', Buffer.from('name: ü\n')],
    ['b', Buffer.from([0xff, 0xfe])],
  ] as const) {
    scope
      .get(`/repos/acme/data/git/blobs/${sha}`)
      .reply(200, { sha, encoding: 'base64', content: content.toString('base64') });
  }
  const { source, files } = await openFiles(connected);
  expect([...(await source.readTexts(files))]).toEqual([['a.yml', 'name: ü\n']]);
});

test.each([
  [
    'limits everything',
    200,
    { errors: [{ message: 'You have exceeded a secondary rate limit', type: 'RATE_LIMITED' }] },
  ],
  ['fails for now', 502, { message: 'Bad gateway' }],
])('an answer of GraphQL that %s is thrown, for another try', async (_, status, body) => {
  const connected = connect([file('a.yml')]);
  connected.github.scope.post('/graphql').reply(status, body);
  const { source, files } = await openFiles(connected);
  await expect(source.readTexts(files)).rejects.toThrow();
});

test('a tree that GitHub cuts is refused', async () => {
  const { open } = connect([file('a')], true);
  expect(await open(REPOSITORY, SHA)).toMatchObject({
    kind: 'incomparable',
    why: expect.stringContaining('too large'),
  });
});

test('nothing is asked for while few requests are left', async () => {
  const { github, open } = connect([]);
  github.mayAsk = false;
  await expect(open(REPOSITORY, SHA)).rejects.toThrow(/Few requests/);
  expect(github.requests).toEqual([]);
});

test('the newest commits of a file, by people without a committer too', async () => {
  const github = connectForReading();
  const trees = createTreeReader({ ...github.reading, elapsed: () => 0 });
  const { listCommits } = createProjectSources({ ...github.reading, trees });
  const path = 'pipelines/Café au lait.yml';
  github.scope
    .get('/repos/acme/data/commits')
    .query({ path, sha: SHA, per_page: 100 })
    .reply(200, [
      { sha: 'b', commit: { message: 'Change pipelines', committer: { name: 'ana@example.com' } } },
      { sha: 'a', commit: { message: 'One', committer: null } },
    ]);
  expect(await listCommits(REPOSITORY, SHA, path)).toEqual([
    { sha: 'b', committerName: 'ana@example.com', message: 'Change pipelines' },
    { sha: 'a', committerName: '', message: 'One' },
  ]);
});
