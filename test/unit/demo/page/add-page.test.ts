import { describe, expect, test } from 'vitest';
import { HOSTILE, startPage } from './start-page.ts';

const FAILED = {
  conclusion: 'failure',
  output: {
    title: `Failed: ${HOSTILE}`,
    summary: `**Bold** ${HOSTILE}`,
    text: '```\nlast line\n```',
    annotations: [
      {
        path: 'pipelines/meltano.yml',
        start_line: 12,
        end_line: 12,
        start_column: 3,
        annotation_level: 'failure',
        message: `mapping ${HOSTILE}`,
      },
    ],
  },
  actions: [{ label: HOSTILE.slice(0, 20), description: HOSTILE, identifier: 'redeploy' }],
};

describe('the pages', () => {
  test('show repositories, workspaces, commits and check runs, with every name escaped', async () => {
    const { github, get, addRun, meltano, workspace } = await startPage();
    github.branches.push({
      repository: 'acme/data',
      files: { a: '1' },
      message: `Subject ${HOSTILE}\n\nBody ${HOSTILE}`,
    });
    const run = await addRun(FAILED);
    const path = new URL(run.htmlUrl).pathname;
    const commit = `/acme/data/commit/${run.headSha}`;
    for (const page of ['/', '/acme', '/acme/data', commit, path]) {
      const { status, text } = await get(page);
      expect(status).toBe(200);
      expect(text).not.toContain('<script>alert');
      expect(text).toContain('&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;&#39;&amp;');
    }
    const { text } = await get('/');
    for (const part of ['Private', 'pipelines', run.headSha.slice(0, 7), `href="${path}"`, 'class="red"']) {
      expect(text).toContain(part);
    }
    const details = await get(path);
    expect(details.text).toContain('<strong>Bold</strong>');
    expect(details.text).toContain('<pre class="log" tabindex="0">last line</pre>');
    expect(details.text).toContain('<code>pipelines/meltano.yml:12:3</code>');
    expect(details.text).toContain('<span>mapping &lt;script&gt;');
    const jobs = await fetch(`${meltano.origin}/workspaces/${workspace.id}`);
    expect(await jobs.text()).not.toContain('<script>alert');
  });

  test('allow no script but their own', async () => {
    const { get } = await startPage();
    const policy = (await get('/')).headers.get('content-security-policy');
    expect(policy).toContain("default-src 'none'");
    expect(policy).toMatch(/script-src 'sha256-[^']+';/);
  });

  test.each(['/acme/none', '/acme/data/commit/0000000', '/acme/data/runs/99'])('know no %s', async (path) => {
    const { get } = await startPage();
    expect((await get(path)).status).toBe(404);
  });

  test('leave the API alone', async () => {
    const { get } = await startPage();
    expect((await get('/api/v3/none')).headers.get('content-type')).toContain('json');
  });
});

describe('the forms', () => {
  test('push a commit into the directory of the workspace, and its job goes as chosen', async () => {
    const { github, meltano, workspace, post, get } = await startPage();
    const before = github.branches.head('acme/data');
    const answer = await post('/acme/data/push', { kind: 'fails', workspace: workspace.id });
    const after = github.branches.head('acme/data');
    expect(after).not.toBe(before);
    expect(answer.status).toBe(303);
    expect(answer.headers.get('location')).toBe(`/acme/data?pushed=${after}`);
    expect((await get(`/acme/data?pushed=${after}`)).text).toContain(`Pushed ${after.slice(0, 7)}.`);
    expect([...(github.branches.commits('acme/data')[0]?.files.keys() ?? [])]).toContain(
      'pipelines/meltano.yml',
    );
    expect(github.hook.deliveries.map(({ event }) => event)).toContain('push');
    const job = meltano.createJob(workspace);
    await meltano.waitFor(() => job.ended, 'the end of the job');
    expect(job.status).toBe('ERROR');
    expect(job.logText).toContain('line 12');
  });

  test('push three times, the second while the first is deployed', async () => {
    const { github, meltano, workspace, post } = await startPage();
    const answer = await post('/acme/data/push', { kind: 'three', workspace: workspace.id });
    expect(answer.status).toBe(303);
    const job = meltano.createJob(workspace);
    await github.waitFor(() => github.branches.commits('acme/data').length === 4, 'three commits');
    expect(job.status).toBe('RUNNING');
  });

  test('re-run a concluded check run and press its buttons', async () => {
    const { github, post, addRun } = await startPage();
    const { id } = await addRun(FAILED);
    expect((await post(`/acme/data/runs/${id}/rerequest`, {})).headers.get('location')).toBe(
      '/acme/data?sent=check_run.rerequested',
    );
    github.people.setRole('acme/data', { login: 'tim', role: 'triage' });
    const press = (as: string) => post(`/acme/data/runs/${id}/action`, { identifier: 'redeploy', as });
    expect((await press('tim')).status).toBe(303);
    expect(github.hook.deliveries.at(-1)?.payload).toMatchObject({ sender: { login: 'tim' } });
    expect((await press('nobody')).status).toBe(400);
    expect((await post(`/acme/data/runs/${id}/action`, { identifier: 'other' })).status).toBe(409);
    expect(github.hook.deliveries.map(({ action }) => action)).toEqual(
      expect.arrayContaining(['rerequested', 'requested_action']),
    );
  });

  test('leave a run that has not completed alone', async () => {
    const { post, addRun } = await startPage();
    const { id } = await addRun({ status: 'in_progress' });
    expect((await post(`/acme/data/runs/${id}/rerequest`, {})).status).toBe(409);
  });

  test.each([
    ['another origin', { origin: 'https://evil.example' }],
    ['an unnamed origin', { origin: 'null' }],
    ['another site', { 'sec-fetch-site': 'cross-site' }],
  ])('refuse %s', async (_, headers) => {
    const { github, post } = await startPage();
    const before = github.branches.head('acme/data');
    expect((await post('/acme/data/push', { kind: 'succeeds' }, headers)).status).toBe(403);
    expect(github.branches.head('acme/data')).toBe(before);
  });

  test.each([
    [{ kind: 'none' }, 400],
    [{ kind: 'toString' }, 400],
    [{ kind: 'succeeds', workspace: 'none' }, 409],
  ])('refuse what the page does not offer (case %#)', async (form, status) => {
    const { post } = await startPage();
    expect((await post('/acme/data/push', form as Record<string, string>)).status).toBe(status);
  });

  test.each(['https://evil.example/x', 'http://[', ''])(
    'never lead elsewhere (referer %j)',
    async (referer) => {
      const { post } = await startPage();
      const answer = await post('/acme/data/push', { kind: 'succeeds' }, { referer });
      expect(answer.headers.get('location')).toMatch(/^\/\?pushed=/);
    },
  );
});
