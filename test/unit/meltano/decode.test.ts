import { describe, expect, test } from 'vitest';
import { jobSchema, pageSchema, workspaceSchema } from '../../../src/meltano/decode.ts';

const ID = '71c0ef56-7f7e-47c1-9700-2d7e2eb5a04e';

describe('workspaceSchema', () => {
  test.each([undefined, null, '', '  '])('%j is "not set"', (value) => {
    const raw = { id: ID, name: 'A', alias: value, repositoryUrl: value, repositoryBranch: value };
    expect(workspaceSchema.parse({ ...raw, repositoryDirectory: value, defaultEnvironment: value })).toEqual({
      id: ID,
      name: 'A',
      alias: null,
      repositoryUrl: null,
      branch: null,
      directory: null,
      environment: null,
      created: null,
    });
  });

  test.each([
    ['pipelines', 'pipelines'],
    ['/pipelines/', 'pipelines'],
    ['./pipelines', 'pipelines'],
    ['././a//b/', 'a/b'],
    ['/', null],
    ['.', null],
    ['./', null],
    ['.hidden/..x', '.hidden/..x'],
  ])('directory %s is %s', (repositoryDirectory, directory) => {
    expect(workspaceSchema.parse({ id: ID, name: 'A', repositoryDirectory }).directory).toBe(directory);
  });

  test('only named fields are kept', () => {
    const raw = { id: ID, name: 'A', sshPrivateKey: 'k', deploymentSecret: 's', appProperties: { p: 'w' } };
    expect(Object.keys(workspaceSchema.parse(raw)).sort()).toEqual(
      ['alias', 'branch', 'created', 'directory', 'environment', 'id', 'name', 'repositoryUrl'].sort(),
    );
  });

  test('a workspace without a name goes by its alias or id; ids are lower case', () => {
    expect(workspaceSchema.parse({ id: ID, alias: 'a' }).name).toBe('a');
    expect(workspaceSchema.parse({ id: ID.toUpperCase() })).toMatchObject({ id: ID, name: ID });
  });

  test.each([undefined, 7, 'x', `${ID}/..`, `${ID}\n`])('id %j is refused', (id) => {
    expect(workspaceSchema.safeParse({ id, name: 'A' }).success).toBe(false);
  });
});

describe('jobSchema', () => {
  test.each([
    ['2026-06-10T07:13:39.471348', Date.UTC(2026, 5, 10, 7, 13, 39, 471)],
    ['2026-06-10T07:13:39.471', Date.UTC(2026, 5, 10, 7, 13, 39, 471)],
    ['2026-06-10T07:13:39', Date.UTC(2026, 5, 10, 7, 13, 39)],
    ['2026-06-10T07:13', Date.UTC(2026, 5, 10, 7, 13)],
    ['2026-06-10T07:13:39.471Z', Date.UTC(2026, 5, 10, 7, 13, 39, 471)],
    ['2026-06-10T09:13:39+02:00', Date.UTC(2026, 5, 10, 7, 13, 39)],
    ['', null],
    [null, null],
    [undefined, null],
    ['yesterday', null],
    ['2026-13-45T00:00:00', null],
    [17, null],
  ])('time %j', (created, expected) => {
    expect(jobSchema.parse({ id: ID, status: 'QUEUED', created }).created).toBe(expected);
  });

  test('the reference answer', () => {
    const raw = {
      id: '4a98dcd6-94d7-473b-9267-549d00cded8b',
      created: '2026-06-10T07:13:39.471348',
      type: 'WORKSPACE_DEPLOY',
      maxAttempts: 0,
      attempt: 0,
      status: 'QUEUED',
      _embedded: { profile: { id: 'auth0|6a21dc7aa1db2e036a222942', email: 'sit+prod@meltano.com' } },
      _links: { self: { href: 'https://app.matatika.com/api/jobs/4a98dcd6-94d7-473b-9267-549d00cded8b' } },
    };
    expect(jobSchema.parse(raw)).toEqual({
      id: raw.id,
      type: 'WORKSPACE_DEPLOY',
      status: 'QUEUED',
      created: Date.UTC(2026, 5, 10, 7, 13, 39, 471),
      commitId: null,
      startTime: null,
      endTime: null,
      serviceTimes: {
        created: Date.UTC(2026, 5, 10, 7, 13, 39, 471),
        startTime: null,
        endTime: null,
      },
      attempt: 0,
      maxAttempts: 0,
      triggeredBy: null,
    });
  });

  test.each([undefined, null, '', 5])('status %j is refused', (status) => {
    expect(jobSchema.safeParse({ id: ID, status }).success).toBe(false);
  });
});

describe('pageSchema', () => {
  test('an empty collection has no _embedded', () => {
    expect(pageSchema('jobs').parse({ page: { totalPages: 0, totalElements: 0 }, _links: {} })).toEqual({
      items: [],
      totalPages: 0,
      totalElements: 0,
      hasNext: false,
    });
  });

  test('items are left as they are', () => {
    const raw = { _embedded: { jobs: [1, null] }, _links: { next: { href: 'x' } } };
    expect(pageSchema('jobs').parse(raw)).toEqual({
      items: [1, null],
      totalPages: null,
      totalElements: null,
      hasNext: true,
    });
  });

  test.each([{}, [], null, { _embedded: { other: [] } }, { _embedded: { jobs: 'x' } }, { page: 3 }])(
    '%j is no page',
    (raw) => {
      expect(pageSchema('jobs').safeParse(raw).success).toBe(false);
    },
  );
});
