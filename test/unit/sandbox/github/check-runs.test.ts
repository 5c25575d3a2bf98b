import { describe, expect, test } from 'vitest';
import { startSandbox } from './github-client.ts';

const RUNS = '/repos/acme/data/check-runs';
const MAX_BYTES = 65_535;

async function startWithRun(fields: object = {}) {
  const started = await startSandbox();
  const { sandbox, call } = started;
  const sha = sandbox.branches.head('acme/data');
  const { body } = await call<{ id: number }>('POST', RUNS, { name: 'Deploy', head_sha: sha, ...fields });
  return { ...started, sha, id: body.id, path: `${RUNS}/${body.id}` };
}

describe('a check run', () => {
  test('goes from queued to its conclusion, and each step is kept', async () => {
    const { sandbox, call, id, path, sha } = await startWithRun({ external_id: 'w/d', status: 'queued' });
    const heard: string[] = [];
    sandbox.checks.listen((run, repository) => heard.push(`${repository.fullName} ${run.status}`));
    const output = { title: 'Running', summary: 'so far', text: 'log' };
    await call('PATCH', path, { status: 'in_progress', started_at: '2025-01-02T03:04:05Z', output });
    const done = await call('PATCH', path, { conclusion: 'success', completed_at: '2025-01-02T03:05:05Z' });
    expect(done.body).toMatchObject({
      id,
      head_sha: sha,
      status: 'completed',
      conclusion: 'success',
      html_url: `${sandbox.origin}/acme/data/runs/${id}`,
      external_id: 'w/d',
      output: { title: 'Running', summary: 'so far', text: 'log', annotations_count: 0 },
    });
    const [run] = sandbox.checks.runs('acme/data', sha);
    expect(run?.history.map(({ status }) => status)).toEqual(['queued', 'in_progress', 'completed']);
    expect(heard).toEqual(['acme/data in_progress', 'acme/data completed']);
    expect(sandbox.checks.suites('acme/data')).toMatchObject([
      { status: 'completed', conclusion: 'success' },
    ]);
    expect(sandbox.hook.deliveries.map(({ event, action }) => `${event}.${action}`)).toEqual([
      'check_run.created',
      'check_run.completed',
      'check_suite.completed',
    ]);
    expect(sandbox.refusals).toEqual([]);
    expect(sandbox.warnings).toEqual([]);
  });

  test('does not open again once it has completed', async () => {
    const { sandbox, call, path } = await startWithRun({ conclusion: 'failure' });
    const again = await call('PATCH', path, { status: 'in_progress', output: { title: 'a', summary: 'b' } });
    expect(again.status).toBe(200);
    expect(again.body).toMatchObject({ status: 'completed', conclusion: 'failure', output: { title: 'a' } });
    expect(sandbox.warnings).toMatchObject([{ message: expect.stringContaining('in_progress') }]);
  });

  test.each([
    ['summary', 'a'.repeat(MAX_BYTES), 201],
    ['summary', `${'a'.repeat(MAX_BYTES - 1)}é`, 422],
    ['summary', `${'a'.repeat(MAX_BYTES - 2)}é`, 201],
    ['text', '€'.repeat(21_845), 201],
    ['text', '€'.repeat(21_846), 422],
  ])('limits the %s in bytes (case %#)', async (field, value, status) => {
    const { sandbox, call } = await startSandbox();
    const output = { title: 't', summary: 's', [field]: value };
    const answer = await call('POST', RUNS, {
      name: 'Deploy',
      head_sha: sandbox.branches.head('acme/data'),
      output,
    });
    expect(answer.status).toBe(status);
    if (status === 201) return;
    expect(answer.body).toMatchObject({
      message: 'Validation Failed',
      errors: [
        {
          resource: 'CheckRun',
          code: 'custom',
          field,
          message: `${field} exceeds a maximum bytesize of 65535`,
        },
      ],
    });
    expect(sandbox.checks.runs('acme/data')).toEqual([]);
  });

  const annotation = {
    path: 'meltano.yml',
    start_line: 1,
    end_line: 1,
    annotation_level: 'failure',
    message: 'm',
  };
  const action = { label: 'Redeploy', description: 'Deploy it again', identifier: 'redeploy' };
  const output = { title: 't', summary: 's' };

  test.each([
    [{ name: undefined }, '"name" wasn\'t supplied.'],
    [{ name: 7 }, "For 'properties/name', 7 is not a string."],
    [{ conclusion: null }, 'is not a member of'],
    [{ conclusion: 'stale' }, 'stale is not a member of'],
    [{ status: 'running' }, 'running is not a member of'],
    [{ status: 'completed' }, '"conclusion" wasn\'t supplied.'],
    [{ completed_at: '2025-01-02T03:05:05Z' }, '"conclusion" wasn\'t supplied.'],
    [{ started_at: 'yesterday' }, 'is not a date-time'],
    [{ output: { title: 't' } }, '"summary" wasn\'t supplied.'],
    [{ output: { summary: 's' } }, '"title" wasn\'t supplied.'],
    [
      { output: { ...output, text: 'a'.repeat(70_000) } },
      'Only 65535 characters are allowed; 70000 were supplied.',
    ],
    [{ output: { ...output, annotations: Array(51).fill(annotation) } }, 'No more than 50 items are allowed'],
    [
      { output: { ...output, annotations: [{ ...annotation, path: undefined }] } },
      '"path" wasn\'t supplied.',
    ],
    [
      { output: { ...output, annotations: [{ ...annotation, start_column: 1, end_line: 2 }] } },
      'Validation Failed',
    ],
    [{ actions: Array(4).fill(action) }, 'No more than 3 items are allowed; 4 were supplied.'],
    [
      { actions: [{ ...action, label: 'a'.repeat(21) }] },
      'Only 20 characters are allowed; 21 were supplied.',
    ],
    [{ actions: [{ ...action, description: 'a'.repeat(41) }] }, 'Only 40 characters are allowed'],
    [{ actions: [{ ...action, identifier: 'a'.repeat(21) }] }, 'Only 20 characters are allowed'],
    [{ details_url: 'ftp://example.com' }, 'Validation Failed'],
    [{ output: { ...output, text: '\ud83d' } }, 'Validation Failed'],
    [{ output: { ...output, title: 'a\0b' } }, 'Validation Failed'],
    [{ head_sha: 'f'.repeat(40) }, `No commit found for SHA: ${'f'.repeat(40)}`],
    [{ head_sha: 'main' }, 'No commit found for SHA: main'],
  ])('is refused with %j', async (fields, message) => {
    const { sandbox, call } = await startSandbox();
    const body = { name: 'Deploy', head_sha: sandbox.branches.head('acme/data'), ...fields };
    const answer = await call('POST', RUNS, body);
    expect(answer.status).toBe(422);
    expect(answer.body).toMatchObject({ message: expect.stringContaining(message), status: '422' });
    expect(sandbox.refusals).toHaveLength(1);
    expect(sandbox.checks.runs('acme/data')).toEqual([]);
  });

  test.each([
    ...['/etc/a.yml', '../a.yml', 'a/./b.yml', 'a//b.yml', 'a\\b.yml'].map((path) => ({ path })),
    ...[{ start_line: 0 }, { end_line: 0 }, { start_line: 2 }, { annotation_level: 'error' }],
    ...[{ start_column: 5, end_column: 4 }, { message: 'a'.repeat(70_000) }, { message: undefined }],
  ])('is refused with an annotation that has %j', async (fields) => {
    const { sandbox, call } = await startSandbox();
    const annotations = [{ ...annotation, ...fields }];
    const body = {
      name: 'Deploy',
      head_sha: sandbox.branches.head('acme/data'),
      output: { ...output, annotations },
    };
    expect((await call('POST', RUNS, body)).status).toBe(422);
    expect(sandbox.checks.runs('acme/data')).toEqual([]);
  });

  test('with a body that is not JSON is refused', async () => {
    const { call } = await startSandbox();
    const answer = await call('POST', RUNS, '{"name":');
    expect(answer).toMatchObject({ status: 400, body: { message: 'Problems parsing JSON' } });
  });

  test('notes a field that it does not know', async () => {
    const { sandbox } = await startWithRun({ externalId: 'typing error' });
    expect(sandbox.warnings).toMatchObject([{ message: 'unknown field externalId is ignored' }]);
  });

  test('gathers annotations from one write to the next', async () => {
    const first = { output: { ...output, annotations: Array(50).fill(annotation) } };
    const { call, path } = await startWithRun(first);
    const more = await call('PATCH', path, { output: { ...output, annotations: [annotation] } });
    expect(more.body).toMatchObject({ output: { annotations_count: 51 } });
    const done = await call('PATCH', path, { conclusion: 'failure', output });
    expect(done.body).toMatchObject({ output: { annotations_count: 51 } });
    expect((await call('GET', path)).body).toMatchObject({ output: { annotations_count: 51 } });
    const listed = await call<unknown[]>('GET', `${path}/annotations?per_page=100`);
    expect(listed.body).toHaveLength(51);
    expect(listed.body[0]).toMatchObject({ ...annotation, start_column: null, title: null });
  });
});

test('lists the newest run of each name, or all', async () => {
  const { sandbox, call, sha } = await startWithRun();
  await call('POST', RUNS, { name: 'Deploy', head_sha: sha, conclusion: 'success' });
  await call('POST', RUNS, { name: 'Other', head_sha: sha });
  const list = `/repos/acme/data/commits/${sha}/check-runs`;
  expect((await call('GET', list)).body).toMatchObject({ total_count: 2 });
  expect((await call('GET', `${list}?filter=all`)).body).toMatchObject({ total_count: 3 });
  const named = `${list}?filter=all&check_name=Deploy&app_id=${sandbox.app.id}&per_page=1`;
  const first = await call('GET', named);
  expect(first.body).toMatchObject({ total_count: 2, check_runs: [{ conclusion: 'success' }] });
  expect(first.headers.get('link')).toContain('page=2');
  expect((await call('GET', `${list}?filter=all&app_id=1`)).body).toMatchObject({ total_count: 0 });
  expect((await call('GET', '/repos/acme/data/commits/heads%2Fmain/check-runs')).body).toMatchObject({
    total_count: 2,
  });
});

test('a re-run resets the suite until one of its runs is written', async () => {
  const { sandbox, call, id, path, sha } = await startWithRun({ conclusion: 'failure' });
  const suites = `/repos/acme/data/commits/${sha}/check-suites`;
  sandbox.checks.rerequest(id, 'ana');
  expect((await call('GET', suites)).body).toMatchObject({
    check_suites: [{ status: 'queued', conclusion: null }],
  });
  expect((await call('GET', path)).body).toMatchObject({ status: 'completed', conclusion: 'failure' });
  expect(sandbox.hook.deliveries.at(-1)?.payload).toMatchObject({
    action: 'rerequested',
    sender: { login: 'ana', type: 'User' },
    check_run: { id, conclusion: 'failure', check_suite: { status: 'queued', conclusion: null } },
  });
  await call('PATCH', path, { conclusion: 'failure', output: { title: 't', summary: 's' } });
  expect((await call('GET', suites)).body).toMatchObject({ check_suites: [{ conclusion: 'failure' }] });
  sandbox.checks.rerequestSuite('acme/data', sha, 'ben');
  expect(sandbox.hook.deliveries.at(-1)).toMatchObject({ event: 'check_suite', action: 'rerequested' });
  expect(sandbox.hook.deliveries.at(-1)?.payload).toMatchObject({ sender: { login: 'ben' } });
  expect((await call('GET', suites)).body).toMatchObject({ check_suites: [{ status: 'queued' }] });
});

test('a button can be pressed once its run has completed', async () => {
  const actions = [{ label: 'Redeploy', description: 'Deploy it again', identifier: 'redeploy' }];
  const { sandbox, call, id, path } = await startWithRun({ actions });
  expect(() => sandbox.checks.press(id, 'redeploy')).toThrow('shows no buttons yet');
  expect(() => sandbox.checks.rerequest(id)).toThrow("can't be re-run yet");
  await call('PATCH', path, { conclusion: 'success' });
  expect(() => sandbox.checks.press(id, 'other')).toThrow('has no action other');
  sandbox.checks.press(id, 'redeploy', 'ana');
  expect(sandbox.hook.deliveries.at(-1)?.payload).toMatchObject({
    action: 'requested_action',
    requested_action: { identifier: 'redeploy' },
    check_run: { id },
    sender: { login: 'ana' },
  });
});

test('a fresh run can be missed by a number of lists', async () => {
  const { sandbox, call } = await startSandbox();
  sandbox.checks.delay(1);
  await call('POST', RUNS, { name: 'Deploy', head_sha: sandbox.branches.head('acme/data') });
  const list = '/repos/acme/data/commits/main/check-runs?filter=all';
  expect((await call('GET', list)).body).toMatchObject({ total_count: 0 });
  expect((await call('GET', list)).body).toMatchObject({ total_count: 1 });
});
