import { beforeEach, describe, expect, test } from 'vitest';
import type { ConfigurationFiles } from '../../../src/domain/configuration-in-use.ts';
import { createConfigurationFiles } from '../../../src/github/configuration-files.ts';
import { REPOSITORY } from '../deploying/reconcile-world.ts';
import { type FakeFile, FakeTrees } from '../planning/fake-trees.ts';
import { connectForReading, type GitHubToRead } from './connect-for-reading.ts';
import { SHA } from './octokit-setup.ts';

const FOLDER = '/repos/acme/data/contents/.github';
const FILE = '.github/meltano-deploy.yml';

let github: GitHubToRead;
let files: ConfigurationFiles;

beforeEach(() => {
  github = connectForReading();
  files = createConfigurationFiles(github.reading);
});

const read = (known: string | null = null) => files.read(REPOSITORY, SHA, known);

function entry(name: string, differences: object = {}): object {
  return { name, path: `.github/${name}`, type: 'file', size: 12, sha: 'blob', ...differences };
}

function listFolder(...entries: object[]): void {
  github.scope
    .get(FOLDER)
    .query({ ref: SHA })
    .reply(200, entries as never);
}

function refuseFolder(status: number, message: string, times = 1): void {
  github.scope.get(FOLDER).query(true).times(times).reply(status, { message });
}

/** The requests to REST: without a query's answer, the app reads the folder and the file. */
const restRequests = () => github.requests.filter((request) => request !== 'POST /graphql');

function answerQuery(
  files: { yml?: object; yaml?: object },
  commit: object | null = { oid: SHA },
  mode = 0o100644,
): void {
  const entries = ['yml', 'yaml'].map((ending) => ({ name: `meltano-deploy.${ending}`, mode }));
  const repository = { commit, folder: { entries }, yml: null, yaml: null, ...files };
  github.scope
    .post('/graphql', ({ variables }) => {
      expect(variables).toMatchObject({
        commit: SHA,
        folder: `${SHA}:.github`,
        yml: `${SHA}:${FILE}`,
        yaml: `${SHA}:${FILE.replace('.yml', '.yaml')}`,
      });
      return true;
    })
    .reply(200, { data: { repository } });
}

const BLOB = { oid: 'blob', byteSize: 12, text: 'version: 1\n' };

describe('the configuration file at a commit, by one query', () => {
  test.each(['yml', 'yaml'])(
    '%s is read in one request, and is the same when the folder lists it',
    async (ending) => {
      answerQuery({ [ending]: BLOB });
      const file = await read();
      expect(file).toMatchObject({ kind: 'text', file: `.github/meltano-deploy.${ending}`, text: BLOB.text });
      expect(github.requests).toHaveLength(1);
      listFolder(entry(`meltano-deploy.${ending}`));
      expect((await read(file.kind === 'text' ? file.content : null)).kind).toBe('unchanged');
    },
  );

  test('no file takes one request', async () => {
    answerQuery({});
    expect(await read()).toEqual({ kind: 'none' });
    expect(github.requests).toHaveLength(1);
  });

  test('a large file is a problem', async () => {
    answerQuery({ yml: { ...BLOB, byteSize: 300_000 } });
    expect(await read()).toMatchObject({ kind: 'unusable', problem: expect.stringContaining('too large') });
    expect(github.requests).toHaveLength(1);
  });

  test.each<[string, () => void]>([
    ['shows two files', () => answerQuery({ yml: BLOB, yaml: BLOB })],
    ['shows a directory', () => answerQuery({ yml: {} })],
    ['shows a binary file', () => answerQuery({ yml: { ...BLOB, text: null } })],
    ['shows a symbolic link', () => answerQuery({ yml: BLOB }, { oid: SHA }, 0o120000)],
    ['lacks the commit', () => answerQuery({}, null)],
    [
      'is an error',
      () => github.scope.post('/graphql').reply(200, { errors: [{ message: 'No field object' }] }),
    ],
    ['is refused', () => github.scope.post('/graphql').reply(403, { message: 'Resource not accessible' })],
  ])('the folder is listed if the answer %s', async (_, prepare) => {
    prepare();
    listFolder();
    expect(await read()).toEqual({ kind: 'none' });
    expect(restRequests()).toHaveLength(1);
  });
});

describe('the configuration file at a commit', () => {
  test.each(['meltano-deploy.yml', 'meltano-deploy.yaml'])('%s is read in two requests', async (name) => {
    listFolder(entry('workflows', { type: 'dir' }), entry(name));
    const content = Buffer.from('version: 1 # ü\n').toString('base64');
    github.scope
      .get((path) => decodeURIComponent(path).startsWith(`${FOLDER}/${name}`))
      .query({ ref: SHA })
      .reply(200, { type: 'file', encoding: 'base64', content });
    const file = await read();
    expect(file).toMatchObject({ kind: 'text', file: `.github/${name}`, text: 'version: 1 # ü\n' });
    expect(restRequests()).toHaveLength(2);
    const known = file.kind === 'text' ? file.content : null;
    listFolder(entry(name));
    expect(await read(known)).toEqual({ kind: 'unchanged', file: `.github/${name}` });
    expect(restRequests()).toHaveLength(3);
  });

  test.each<[string, () => void]>([
    ['a folder without it', () => listFolder(entry('CODEOWNERS'))],
    ['no such folder', () => refuseFolder(404, 'Not Found')],
    ['an empty repository', () => refuseFolder(404, 'This repository is empty.')],
    [
      'a file in the place of the folder',
      () => github.scope.get(FOLDER).query(true).reply(200, { type: 'file', content: '' }),
    ],
  ])('%s is no file', async (_, prepare) => {
    prepare();
    expect(await read()).toEqual({ kind: 'none' });
    expect(github.slept).toEqual([]);
  });

  test.each<[RegExp, object[]]>([
    [/both .*\.yml and .*\.yaml/, [entry('meltano-deploy.yml'), entry('meltano-deploy.yaml')]],
    [/is a directory/, [entry('meltano-deploy.yml', { type: 'dir' })]],
    [/is a symbolic link/, [entry('meltano-deploy.yml', { type: 'symlink' })]],
    [/is a submodule/, [entry('meltano-deploy.yml', { type: 'submodule' })]],
    [/too large: it may have 64 KiB/, [entry('meltano-deploy.yml', { size: 300_000 })]],
  ])('what can be none is a problem: %s', async (problem, entries) => {
    listFolder(...entries);
    expect(await read()).toMatchObject({ kind: 'unusable', file: FILE });
    listFolder(...entries);
    const file = await read();
    expect(file.kind === 'unusable' ? file.problem : '').toMatch(problem);
    expect(restRequests()).toHaveLength(2);
  });

  describe('where the tree is read anyway', () => {
    let trees: FakeTrees;

    beforeEach(() => {
      trees = new FakeTrees();
    });

    function showFile(differences: object = {}): void {
      github.scope
        .get((path) => decodeURIComponent(path).startsWith(`/repos/acme/data/contents/${FILE}`))
        .query({ ref: SHA })
        .reply(200, { type: 'file', encoding: 'base64', content: 'YTogMQ==', ...differences });
    }

    const readByTree = (known: string | null = null) => files.read(REPOSITORY, SHA, known, trees);

    test('takes one request, and none while it stays as it is, however it was listed', async () => {
      trees.put(SHA, { [FILE]: { mode: '100644', type: 'blob', sha: 'blob' }, 'a.sql': 'x' });
      showFile();
      const file = await readByTree();
      expect(file).toMatchObject({ kind: 'text', file: FILE, text: 'a: 1' });
      const known = file.kind === 'text' ? file.content : null;
      expect(await readByTree(known)).toEqual({ kind: 'unchanged', file: FILE });
      expect(github.requests).toHaveLength(1);
      listFolder(entry('meltano-deploy.yml'));
      expect(await read(known)).toEqual({ kind: 'unchanged', file: FILE });
    });

    test('takes none without a file', async () => {
      trees.put(SHA, ['.github/CODEOWNERS', 'meltano-deploy.yml']);
      expect(await readByTree()).toEqual({ kind: 'none' });
      expect(github.requests).toEqual([]);
    });

    test.each<[RegExp, Record<string, FakeFile>]>([
      [/both .*\.yml and .*\.yaml/, { [FILE]: 'x', '.github/meltano-deploy.yaml': 'x' }],
      [/is a directory/, { [`${FILE}/a`]: 'x' }],
      [/is a symbolic link/, { [FILE]: { mode: '120000', type: 'blob', sha: 'x' } }],
      [/is a submodule/, { [FILE]: { mode: '160000', type: 'commit', sha: 'x' } }],
    ])('what can be none is a problem: %s', async (problem, entries) => {
      trees.put(SHA, entries);
      const file = await readByTree();
      expect(file).toMatchObject({ kind: 'unusable', file: FILE });
      expect(file.kind === 'unusable' ? file.problem : '').toMatch(problem);
      expect(github.requests).toEqual([]);
    });

    test('the size is known once it is read', async () => {
      trees.put(SHA, [FILE]);
      showFile({ size: 2_000_000, encoding: 'none', content: '' });
      expect(await readByTree()).toMatchObject({
        kind: 'unusable',
        problem: expect.stringContaining('too large'),
      });
    });

    test.each<[string, () => void]>([
      ['is unknown', () => trees.gone.add(SHA)],
      ['is truncated', () => Object.assign(trees, { mostEntries: 0 })],
      ["can't be read now", () => Object.assign(trees, { isDown: true })],
    ])('the folder tells, where the tree %s', async (_, prepare) => {
      trees.put(SHA, ['a']);
      prepare();
      listFolder(entry('meltano-deploy.yml'));
      showFile();
      expect(await readByTree()).toMatchObject({ kind: 'text', text: 'a: 1' });
    });
  });

  test('a commit that does not show yet is waited for', async () => {
    refuseFolder(404, `No commit found for the ref ${SHA}`, 2);
    listFolder();
    expect(await read()).toEqual({ kind: 'none' });
    expect(github.slept).toEqual([500, 1_000]);
  });

  test('a commit that never appears is reported', async () => {
    refuseFolder(404, `No commit found for the ref ${SHA}`, 4);
    expect(await read()).toEqual({ kind: 'no_commit' });
  });

  test('an answer that is none is thrown, for another try', async () => {
    refuseFolder(502, 'Bad gateway');
    await expect(read()).rejects.toMatchObject({ status: 502 });
    github.mayAsk = false;
    await expect(read()).rejects.toThrow('Few requests');
  });
});

describe('whether a pull request changes it', () => {
  const answer = (page: number, changed: object[], next: boolean) =>
    github.scope
      .get('/repos/acme/data/pulls/5/files')
      .query(page === 1 ? { per_page: 100 } : { per_page: 100, page })
      .reply(200, changed as never, {
        ...(next && {
          link: `<https://api.github.com/repos/acme/data/pulls/5/files?per_page=100&page=2>; rel="next"`,
        }),
      });

  test('is found on any page, also where it is moved away', async () => {
    answer(1, [{ filename: 'a.sql' }], true);
    answer(2, [{ filename: 'old.yml', previous_filename: FILE }], false);
    expect(await files.isChangedBy(REPOSITORY, 5)).toBe(true);
  });

  test('is not, when nothing of that name is among its files', async () => {
    answer(1, [{ filename: 'meltano-deploy.yml' }, { filename: '.github/other.yml' }], false);
    expect(await files.isChangedBy(REPOSITORY, 5)).toBe(false);
  });
});

test.each([
  ['shows late', 2, true],
  ['never shows', 4, false],
] as const)(
  'of a pull request that GitHub %s the question comes to an end',
  async (_, missing, isChanged) => {
    const at = github.scope.get('/repos/acme/data/pulls/5/files').query(true);
    at.times(missing).reply(404, { message: 'Not Found' });
    if (isChanged) {
      const path = '/repos/acme/data/pulls/5/files';
      github.scope
        .get(path)
        .query(true)
        .reply(200, [{ filename: FILE }]);
    }
    expect(await files.isChangedBy(REPOSITORY, 5)).toBe(isChanged);
    expect(github.requests).toHaveLength(missing + (isChanged ? 1 : 0));
  },
);

test("a commit's message is read; that of an unknown one is empty", async () => {
  const path = `/repos/acme/data/commits/${SHA}`;
  github.scope
    .get(path)
    .query(true)
    .reply(200, { commit: { message: 'Fix [skip ci]' } });
  expect(await files.readMessage(REPOSITORY, SHA)).toBe('Fix [skip ci]');
  github.scope.get(path).query(true).reply(422, { message: 'No commit found' });
  expect(await files.readMessage(REPOSITORY, SHA)).toBe('');
});
