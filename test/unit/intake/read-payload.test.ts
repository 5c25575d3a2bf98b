import { createRequire } from 'node:module';
import { describe, expect, test } from 'vitest';
import { readPush, readRepositoryChange } from '../../../src/intake/read-payload.ts';

type Payload = Record<string, unknown>;

const definitions: { name: string; examples: Payload[] }[] = createRequire(import.meta.url)(
  '@octokit/webhooks-examples/api.github.com/index.json',
);

/** GitHub's own examples of an event; an app's delivery always names its installation. */
function examplesOf(name: string): { title: string; payload: Payload }[] {
  const examples = definitions.find((one) => one.name === name)?.examples ?? [];
  return examples.map((example, n) => ({
    title: `${name} ${example['action'] ?? ''} #${n + 1}`,
    payload: { ...example, installation: example['installation'] ?? { id: 2, node_id: 'x' } },
  }));
}

const pushes = examplesOf('push');
const changes = examplesOf('repository');
const ACTED_ON = ['renamed', 'transferred', 'publicized', 'privatized'];

test('there are examples of everything that the app acts on', () => {
  expect(pushes.length).toBeGreaterThanOrEqual(7);
  const actions = new Set(changes.map(({ payload }) => payload['action']));
  expect([...actions]).toEqual(expect.arrayContaining(ACTED_ON));
});

describe('readPush', () => {
  test.each(pushes)('reads $title', ({ payload }) => {
    const push = readPush(payload);
    expect(push).toMatchObject({
      kind: 'push',
      account: 'Codertocat',
      ref: payload['ref'],
      deleted: payload['deleted'],
      before: payload['before'],
      after: payload['after'],
      forced: payload['forced'],
      pushedAt: 1_557_933_657_000,
      sender: 'Codertocat',
      senderIsBot: false,
      repository: {
        id: 186_853_002,
        owner: 'Codertocat',
        ownerId: 21031067,
        name: 'Hello-World',
        private: false,
      },
    });
    expect(push.repository.installationId).toBe((payload['installation'] as { id: number }).id);
  });

  test('keeps only the needed fields', () => {
    const push = readPush(pushes[0]?.payload);
    expect(Object.keys(push).sort()).toEqual([
      ...['account', 'after', 'before', 'deleted', 'forced', 'kind', 'message', 'pushedAt', 'ref'],
      ...['repository', 'sender', 'senderIsBot'],
    ]);
  });

  test.each([
    ['added', '.github/meltano-deploy.yml', true],
    ['modified', '.github/meltano-deploy.yaml', true],
    ['removed', '.github/meltano-deploy.yml', true],
    ['added', 'docs/meltano-deploy.yml', undefined],
  ])('tells whether a commit has %s %s', (kind, file, expected) => {
    const other = { added: ['a'], modified: [], removed: [] };
    const commits = [other, { ...other, [kind]: ['b', file] }, { id: 'without lists' }];
    const payload = { ...pushes[0]?.payload, commits };
    expect(readPush(payload).changesConfiguration).toBe(expected);
  });

  test('keeps the commits of Meltano Cloud, and of them only what they changed or removed', () => {
    const cloud = {
      id: 'c1',
      message: 'Change pipelines\n\nMore',
      committer: { name: 'ana@example.com', email: 'ana@example.com' },
      added: ['pipelines/new.yml'],
      modified: ['pipelines/a.yml'],
      removed: ['pipelines/b.yml'],
    };
    const commits = [{ ...cloud, committer: { name: 'Ana' } }, { ...cloud, message: 'Fix' }, { id: 'x' }];
    const payload = { ...pushes[0]?.payload, commits };
    expect(readPush(payload)).not.toHaveProperty('cloudCommits');
    expect(readPush({ ...payload, commits: [...commits, cloud] }).cloudCommits).toEqual([
      { sha: 'c1', paths: ['pipelines/a.yml', 'pipelines/b.yml'] },
    ]);
  });

  test('knows a bot, and a push without a time', () => {
    const payload = structuredClone(pushes[0]?.payload) as { sender: Payload; repository: Payload };
    payload.sender = { login: 'meltano[bot]', type: 'Bot' };
    payload.repository['pushed_at'] = null;
    expect(readPush(payload)).toMatchObject({ sender: 'meltano[bot]', senderIsBot: true, pushedAt: null });
    delete payload.repository['pushed_at'];
    expect(readPush(payload).pushedAt).toBeNull();
    payload.repository['pushed_at'] = 'no time';
    expect(readPush(payload).pushedAt).toBeNull();
  });

  test('takes the longer commit ids of SHA-256 repositories', () => {
    const payload = { ...pushes[0]?.payload, after: 'a'.repeat(64) };
    expect(readPush(payload).after).toHaveLength(64);
  });
});

describe('readRepositoryChange', () => {
  test.each(changes)('reads $title', ({ payload }) => {
    const { id, name, private: isPrivate } = payload['repository'] as Payload;
    expect(readRepositoryChange(payload)).toMatchObject({
      kind: 'repository',
      repository: { id, name, private: isPrivate, defaultBranch: expect.any(String) },
    });
  });

  const formerNames = changes
    .filter(({ payload }) => ACTED_ON.includes(payload['action'] as string))
    .map(({ payload }) => [payload['action'], readRepositoryChange(payload).formerFullName]);

  test('tells the former name of what was renamed or transferred only', () => {
    for (const [action, former] of formerNames) {
      if (action === 'renamed') expect(former).toBe('Octocoders/Hello-World');
      else if (action === 'transferred') expect(former).toBe('octocat/Hello-World');
      else expect(former).toBeNull();
    }
  });

  test('a transfer from an organization', () => {
    const payload = structuredClone(changes.find((one) => one.payload['action'] === 'transferred')?.payload);
    Object.assign(payload ?? {}, { changes: { owner: { from: { organization: { login: 'old-org' } } } } });
    expect(readRepositoryChange(payload).formerFullName).toBe('old-org/Hello-World');
  });
});

/** The first example with one field (`a.b`) replaced; `undefined` takes it away. */
function spoil(payload: Payload | undefined, path: string, value: unknown): Payload {
  const spoilt = structuredClone(payload ?? {});
  const names = path.split('.');
  const last = names.pop() ?? '';
  const owner = names.reduce((object, name) => object[name] as Payload, spoilt);
  owner[last] = value;
  if (value === undefined) delete owner[last];
  return spoilt;
}

describe('a payload of another form is refused', () => {
  test.each<[string, unknown]>([
    ['ref', undefined],
    ['ref', 7],
    ['before', 'not a commit'],
    ['after', '../../etc'],
    ['after', `${'a'.repeat(40)}\n`],
    ['after', 'A'.repeat(40)],
    ['after', ['a'.repeat(40)]],
    ['deleted', 'false'],
    ['forced', null],
    ['sender.login', undefined],
    ['sender.type', 3],
    ['installation.id', '2'],
    ['repository', 'Hello-World'],
    ['repository.id', '186853002'],
    ['repository.id', Number.POSITIVE_INFINITY],
    ['repository.id', 1.5],
    ['repository.private', 'no'],
    ['repository.default_branch', null],
    ['repository.owner.login', null],
    ['repository.name', {}],
  ])('a push whose %s is %j', (path, value) => {
    expect(() => readPush(spoil(pushes[0]?.payload, path, value))).toThrow();
  });

  test.each<[string, unknown]>([
    ['repository.id', null],
    ['changes', 'none'],
    ['changes', { repository: { name: { from: 7 } } }],
    ['changes', { owner: { from: { user: { login: {} } } } }],
  ])('a change of a repository whose %s is %j', (path, value) => {
    const renamed = changes.find((one) => one.payload['action'] === 'renamed')?.payload;
    expect(() => readRepositoryChange(spoil(renamed, path, value))).toThrow();
  });

  test.each([null, undefined, 'text', 7, [], {}])('%j', (payload) => {
    expect(() => readPush(payload)).toThrow();
    expect(() => readRepositoryChange(payload)).toThrow();
  });
});
