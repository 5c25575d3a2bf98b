import { describe, expect, test } from 'vitest';
import { request, startSandbox } from './github-client.ts';

describe('a list of commits', () => {
  const list = (query = '') => `/repos/acme/data/commits${query}`;

  test('newest first, in pages, with the committer that git knows', async () => {
    const { sandbox, call } = await startSandbox();
    const repository = 'acme/data';
    const one = sandbox.branches.push({ repository, files: { 'a.sql': '1' }, message: 'one' });
    const committerName = 'ana@example.com';
    sandbox.branches.push({ repository, files: { 'b.sql': '2' }, message: 'two', committerName });
    const { body, headers } = await call<object[]>('GET', list('?per_page=2'));
    expect(body).toMatchObject([
      { commit: { message: 'two', committer: { name: committerName }, author: { name: 'octocat' } } },
      { sha: one.after, commit: { message: 'one', committer: { name: 'octocat' } } },
    ]);
    expect(headers.get('link')).toContain('page=2>; rel="next"');
    expect((await call<object[]>('GET', list(`?sha=${one.after}`))).body[0]).toMatchObject({
      sha: one.after,
    });
    expect((await call('GET', list('?sha=nowhere'))).status).toBe(404);
  });

  test('of one path, without the merge that brought a change', async () => {
    const { sandbox, call } = await startSandbox();
    const repository = 'acme/data';
    const push = (files: Record<string, string | null>, branch = 'main') =>
      sandbox.branches.push({ repository, branch, files }).after;
    const added = push({ 'x/a.sql': '1' });
    const changed = push({ 'x/a.sql': '2' }, 'side');
    push({ 'b.sql': '1' });
    const { request } = sandbox.conversations.openPull({ repository, head: 'side', author: 'octocat' });
    sandbox.conversations.merge(repository, request.number, { method: 'merge' });
    const removed = push({ 'x/a.sql': null });
    for (const path of ['x/a.sql', 'x']) {
      const { body } = await call<{ sha: string }[]>('GET', list(`?path=${encodeURIComponent(path)}`));
      expect(body.map(({ sha }) => sha)).toEqual([removed, changed, added]);
    }
  });
});

describe('compare', () => {
  const compare = (base: string, head: string) => `/repos/acme/data/compare/${base}...${head}`;

  test('ahead: the commits in order and the files changed over them all', async () => {
    const { sandbox, call } = await startSandbox();
    const repository = 'acme/data';
    const { before } = sandbox.branches.push({
      repository,
      files: { 'a.sql': 'select 1\n', 'b.sql': 'b' },
      message: 'one',
    });
    const { after } = sandbox.branches.push({
      repository,
      files: { 'b.sql': null, 'meltano.yml': 'version: 2\n' },
      message: 'two',
    });
    const { body } = await call('GET', compare(before, after));
    expect(body).toMatchObject({
      status: 'ahead',
      ahead_by: 2,
      behind_by: 0,
      merge_base_commit: { sha: before },
      commits: [{ commit: { message: 'one' } }, { commit: { message: 'two' } }],
      files: [
        { filename: 'a.sql', status: 'added', additions: 1 },
        { filename: 'meltano.yml', status: 'modified', additions: 1, deletions: 1 },
      ],
    });
    const second = await call('GET', `${compare(before, after)}?per_page=1&page=2`);
    expect(second.body).toMatchObject({ commits: [{ commit: { message: 'two' } }], files: [] });
  });

  test('behind, identical and diverged', async () => {
    const { sandbox, call } = await startSandbox();
    const repository = 'acme/data';
    const { before, after } = sandbox.branches.push({ repository, files: { 'a.sql': 'a' } });
    const behind = await call('GET', compare(after, before));
    expect(behind.body).toMatchObject({
      status: 'behind',
      ahead_by: 0,
      behind_by: 1,
      files: [],
      commits: [],
    });
    expect((await call('GET', compare(after, 'main'))).body).toMatchObject({
      status: 'identical',
      files: [],
    });
    const other = sandbox.branches.push({
      repository,
      branch: 'feature/x',
      from: 'main',
      files: { 'x.sql': 'x' },
    });
    sandbox.branches.push({ repository, files: { 'b.sql': 'b' } });
    const diverged = await call('GET', compare('main', encodeURIComponent('feature/x')));
    expect(diverged.body).toMatchObject({
      status: 'diverged',
      ahead_by: 1,
      behind_by: 1,
      merge_base_commit: { sha: after },
      commits: [{ sha: other.after }],
      files: [{ filename: 'x.sql' }],
    });
  });

  test('a rename has both names', async () => {
    const { sandbox, call } = await startSandbox();
    const files = { 'meltano.yml': null, 'analytics/meltano.yml': 'version: 1\n' };
    const { before, after } = sandbox.branches.push({ repository: 'acme/data', files });
    expect((await call<{ files: unknown[] }>('GET', compare(before, after))).body.files).toMatchObject([
      { filename: 'analytics/meltano.yml', previous_filename: 'meltano.yml', status: 'renamed', changes: 0 },
    ]);
  });

  test('names at most 300 files', async () => {
    const { sandbox, call } = await startSandbox();
    const files = Object.fromEntries(
      Array.from({ length: 301 }, (_, index) => [`f${index}.sql`, `${index}`]),
    );
    const { before, after } = sandbox.branches.push({ repository: 'acme/data', files });
    expect((await call<{ files: unknown[] }>('GET', compare(before, after))).body.files).toHaveLength(300);
  });

  test('a commit that nobody pushed is not found', async () => {
    const { sandbox, call } = await startSandbox();
    expect((await call('GET', compare('e'.repeat(40), 'main'))).status).toBe(404);
    expect(sandbox.refusals).toHaveLength(1);
  });
});

test('a fresh commit can be hidden from a number of reads', async () => {
  const { sandbox, call } = await startSandbox();
  const { after } = sandbox.branches.push({ repository: 'acme/data', files: { 'a.sql': 'a' } });
  sandbox.branches.hideCommit(after, 2);
  const body = { name: 'Deploy', head_sha: after };
  expect((await call('GET', `/repos/acme/data/commits/${after}`)).status).toBe(404);
  expect((await call('POST', '/repos/acme/data/check-runs', body)).status).toBe(422);
  expect((await call('POST', '/repos/acme/data/check-runs', body)).status).toBe(201);
  expect(sandbox.refusals).toEqual([]);
});

test('branches and refs give the head, contents give the file', async () => {
  const { sandbox, call } = await startSandbox();
  const pushed = sandbox.branches.push({
    repository: 'acme/data',
    branch: 'dev/x',
    files: { 'a/ä.txt': 'größe\n' },
  });
  const sha = pushed.after;
  expect((await call('GET', '/repos/acme/data/branches/dev%2Fx')).body).toMatchObject({ commit: { sha } });
  expect((await call('GET', '/repos/acme/data/git/ref/heads%2Fdev%2Fx')).body).toMatchObject({
    object: { sha },
  });
  expect((await call('GET', '/repos/acme/data/commits/dev%2Fx')).body).toMatchObject({ sha });
  const file = await call<{ content: string }>(
    'GET',
    `/repos/acme/data/contents/${encodeURIComponent('a/ä.txt')}?ref=dev/x`,
  );
  expect(Buffer.from(file.body.content, 'base64').toString()).toBe('größe\n');
  const listed = await call('GET', '/repos/acme/data/contents/a?ref=dev/x');
  expect(listed.body).toMatchObject([{ type: 'file', path: 'a/ä.txt' }]);
  expect((await call('GET', '/repos/acme/data/contents/none.yml')).status).toBe(404);
  expect(sandbox.refusals).toEqual([]);
});

describe('a repository that moved', () => {
  test('answers under its old name with its id: 301 to a read, 307 to a write', async () => {
    const { sandbox, token, repository, call } = await startSandbox();
    sandbox.repositories.rename('acme/data', 'warehouse');
    const old = { path: '/repos/acme/data', token, redirect: 'manual' as const };
    const byId = `${sandbox.origin}/api/v3/repositories/${repository.id}`;
    const read = await request(sandbox, {
      ...old,
      method: 'GET',
      path: `${old.path}/contents/meltano.yml?ref=main`,
    });
    expect(read.status).toBe(301);
    expect(read.headers.get('location')).toBe(`${byId}/contents/meltano.yml?ref=main`);
    const write = await request(sandbox, {
      ...old,
      method: 'POST',
      path: `${old.path}/check-runs`,
      body: {},
    });
    expect([write.status, write.headers.get('location')]).toEqual([307, `${byId}/check-runs`]);

    const body = { name: 'Deploy', head_sha: sandbox.branches.head('acme/warehouse') };
    expect((await call('POST', '/repos/acme/data/check-runs', body)).status).toBe(201);
    expect((await call('GET', '/repos/acme/data')).body).toMatchObject({ full_name: 'acme/warehouse' });
    sandbox.repositories.add({ fullName: 'acme/data' });
    expect((await call('GET', '/repos/acme/data')).body).toMatchObject({ full_name: 'acme/data' });
    expect(sandbox.hook.deliveries[0]?.payload).toMatchObject({
      action: 'renamed',
      changes: { repository: { name: { from: 'data' } } },
      repository: { id: repository.id, full_name: 'acme/warehouse' },
    });
  });

  test('belongs to its new owner’s installation', async () => {
    const { sandbox, call, repository } = await startSandbox();
    const other = sandbox.installations.add({ account: 'other', accountType: 'User' });
    sandbox.repositories.transfer('acme/data', 'other');
    expect(sandbox.hook.deliveries[0]).toMatchObject({
      installationId: other.id,
      repositoryId: repository.id,
    });
    expect(sandbox.hook.deliveries[0]?.payload).toMatchObject({
      action: 'transferred',
      changes: { owner: { from: { organization: { login: 'acme' } } } },
      repository: { full_name: 'other/data', owner: { type: 'User' } },
    });
    expect(sandbox.hook.deliveries[0]?.payload).not.toHaveProperty('organization');
    expect((await call('GET', '/repos/acme/data')).status).toBe(404);
    expect(sandbox.refusals).toEqual([]);
  });
});

test('an archived repository is read-only, a deleted one is gone', async () => {
  const { sandbox, call } = await startSandbox();
  const body = { name: 'Deploy', head_sha: sandbox.branches.head('acme/data') };
  sandbox.repositories.setArchived('acme/data', true);
  const refused = await call<{ message: string }>('POST', '/repos/acme/data/check-runs', body);
  expect([refused.status, refused.body.message]).toEqual([403, 'Repository was archived so is read-only.']);
  expect((await call('GET', '/repos/acme/data')).body).toMatchObject({ archived: true });
  sandbox.repositories.setPrivate('acme/data', true);
  sandbox.repositories.delete('acme/data');
  expect((await call('GET', '/repos/acme/data')).status).toBe(404);
  expect(sandbox.hook.deliveries.map(({ action }) => action)).toEqual(['archived', 'privatized', 'deleted']);
  expect(sandbox.refusals).toEqual([]);
});
