import { createHmac } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { request, signJwt, startReceiver, startSandbox } from './github-client.ts';

interface Item {
  id: number;
  guid: string;
  status: string;
  status_code: number;
  event: string;
  redelivery: boolean;
}

describe('a push', () => {
  test('is sent signed over its exact bytes, then its suite is requested', async () => {
    const { sandbox, installation, repository } = await startSandbox();
    const { url, received } = await startReceiver();
    sandbox.hook.url = url;
    const files = { 'meltano.yml': 'größe\n' };
    const { before, after, guid, delivered } = sandbox.branches.push({
      repository: 'acme/data',
      files,
      sender: { login: 'ana' },
    });
    expect(await delivered).toMatchObject({ statusCode: 200, status: 'OK', redelivery: false });
    await sandbox.waitFor(() => received.length === 2, 'two deliveries');
    const [push] = received.filter(({ headers }) => headers['x-github-event'] === 'push');
    const sign = (algorithm: string) =>
      `${algorithm}=${createHmac(algorithm, sandbox.app.webhookSecret)
        .update(push?.raw ?? '')
        .digest('hex')}`;
    expect(push?.headers).toMatchObject({
      'x-hub-signature-256': sign('sha256'),
      'x-hub-signature': sign('sha1'),
      'x-github-delivery': guid,
      'x-github-hook-installation-target-id': String(sandbox.app.id),
      'content-type': 'application/json',
    });
    expect(push?.headers['user-agent']).toMatch(/^GitHub-Hookshot\//);
    const payload = JSON.parse(String(push?.raw));
    expect(payload).toMatchObject({
      ref: 'refs/heads/main',
      before,
      after,
      created: false,
      deleted: false,
      forced: false,
      commits: [{ id: after, modified: ['meltano.yml'] }],
      head_commit: { id: after },
      sender: { login: 'ana', type: 'User' },
      installation: { id: installation.id },
      repository: { id: repository.id, full_name: 'acme/data', visibility: 'public', default_branch: 'main' },
    });
    expect(payload.repository.pushed_at).toBe(Math.floor(repository.pushedAt / 1000));
    expect(payload.repository.created_at).toBeTypeOf('number');
    expect(JSON.stringify(payload)).not.toContain('Codertocat');
    const suite = sandbox.hook.deliveries.find(({ event }) => event === 'check_suite')?.payload;
    expect(suite).toMatchObject({
      action: 'requested',
      check_suite: { head_sha: after, before, status: 'queued' },
    });
    expect(suite).toHaveProperty('repository.pushed_at', expect.stringMatching(/^\d{4}-.*Z$/));
  });

  test('tells a forced, a new and a deleted branch', async () => {
    const { sandbox } = await startSandbox();
    const repository = 'acme/data';
    const { before, after } = sandbox.branches.push({ repository, files: { 'a.sql': 'a' } });
    sandbox.branches.reset({ repository, branch: 'main', sha: before });
    sandbox.branches.push({ repository, branch: 'dev', files: { 'b.sql': 'b' } });
    sandbox.branches.delete({ repository, branch: 'dev' });
    const pushes = sandbox.hook.deliveries
      .filter(({ event }) => event === 'push')
      .map(({ payload }) => payload);
    expect(pushes).toMatchObject([
      { forced: false },
      { forced: true, before: after, after: before, commits: [] },
      { ref: 'refs/heads/dev', created: true, before: '0'.repeat(40) },
      { deleted: true, after: '0'.repeat(40), head_commit: null },
    ]);
  });

  test('on another commit than the head is forced', async () => {
    const { sandbox } = await startSandbox();
    const { before: parent } = sandbox.branches.push({ repository: 'acme/data', files: { 'a.sql': 'a' } });
    sandbox.branches.push({ repository: 'acme/data', parent, files: { 'a.sql': 'b' } });
    const last = sandbox.hook.deliveries.findLast(({ event }) => event === 'push');
    expect(last?.payload).toMatchObject({ forced: true, commits: [{ added: ['a.sql'] }] });
  });

  test('that GitHub never sends is in no log, nor is one of a suspended installation', async () => {
    const { sandbox, installation } = await startSandbox();
    const { delivered } = sandbox.branches.push({
      repository: 'acme/data',
      files: { a: 'a' },
      deliver: false,
    });
    expect(await delivered).toMatchObject({ statusCode: 0 });
    expect(sandbox.hook.deliveries).toEqual([]);
    sandbox.installations.suspend(installation.id);
    sandbox.branches.push({ repository: 'acme/data', files: { a: 'b' } });
    expect(sandbox.hook.deliveries.map(({ action }) => action)).toEqual(['suspend']);
    expect(sandbox.branches.head('acme/data')).toBe(sandbox.branches.commits('acme/data')[0]?.sha);
  });
});

describe('a delivery', () => {
  test('that fails stays failed until it is asked for again, under the same GUID', async () => {
    const { sandbox } = await startSandbox();
    const { url, received } = await startReceiver(503);
    const payload = { action: 'created', installation: { id: 7 }, repository: { id: 8 } };
    const { guid, delivered } = sandbox.hook.send('issue_comment', payload);
    expect(await delivered).toMatchObject({ statusCode: 0 });
    sandbox.hook.url = url;
    expect(await sandbox.hook.redeliver(guid)).toMatchObject({ statusCode: 503, redelivery: true });

    const token = signJwt(sandbox);
    const path = '/app/hook/deliveries';
    const listed = await request<Item[]>(sandbox, { method: 'GET', path, token });
    expect(listed.body).toMatchObject([
      { guid, status: 'Invalid HTTP Response: 503', status_code: 503, redelivery: true, installation_id: 7 },
      { guid, status_code: 0, redelivery: false, repository_id: 8, action: 'created' },
    ]);
    const [failed] = listed.body;
    const retry = await request(sandbox, { method: 'POST', path: `${path}/${failed?.id}/attempts`, token });
    expect(retry.status).toBe(202);
    await sandbox.waitFor(() => sandbox.hook.deliveries[0]?.attempts.length === 3, 'the third attempt');
    expect(received.map(({ headers }) => headers['x-github-delivery'])).toEqual([guid, guid]);
    const one = await request(sandbox, { method: 'GET', path: `${path}/${failed?.id}`, token });
    expect(one.body).toMatchObject({ guid, request: { payload, headers: { 'x-github-delivery': guid } } });
    expect(await request(sandbox, { method: 'GET', path: `${path}?status=failure`, token })).toMatchObject({
      body: [{ status_code: 503 }],
    });
  });

  test('without an answer in time has failed', async () => {
    const { sandbox } = await startSandbox({ webhookTimeoutMs: 30 });
    const { sandbox: deaf } = await startSandbox();
    deaf.service.faults.add({ path: /hang/, action: { kind: 'hang', when: 'before' } });
    sandbox.hook.url = `${deaf.origin}/hang`;
    const { delivered } = sandbox.hook.send('ping', {});
    expect(await delivered).toMatchObject({ statusCode: 0, status: 'timed out' });
  });

  test('list continues by cursor', async () => {
    const { sandbox } = await startSandbox();
    for (const event of ['one', 'two', 'three']) await sandbox.hook.send(event, {}).delivered;
    const token = signJwt(sandbox);
    const first = await request<Item[]>(sandbox, {
      method: 'GET',
      path: '/app/hook/deliveries?per_page=2',
      token,
    });
    expect(first.body.map(({ event }) => event)).toEqual(['three', 'two']);
    const [, next = ''] = /<([^>]+)>; rel="next"/.exec(first.headers.get('link') ?? '') ?? [];
    const path = next.replace(`${sandbox.origin}/api/v3`, '');
    const second = await request<Item[]>(sandbox, { method: 'GET', path, token });
    expect(second.body.map(({ event }) => event)).toEqual(['one']);
    expect(second.headers.get('link')).toBeNull();
  });
});

test('waiting in vain names what was waited for', async () => {
  const { sandbox } = await startSandbox();
  await expect(sandbox.waitFor(() => null, 'the impossible', 20)).rejects.toThrow(
    '20 ms in vain for the impossible',
  );
});
