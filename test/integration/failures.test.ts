import { afterEach, describe, expect, test } from 'vitest';
import type { Sandbox } from '../../sandbox/sandbox.ts';
import { REPOSITORY, World, type WorldOptions } from './world.ts';

let world: World;
afterEach(() => world.close());

async function open(options: WorldOptions = {}): Promise<void> {
  world = await World.open(options);
}

const START = /\/deployments$/;

async function finish(number: number): Promise<void> {
  const job = await world.job(number);
  job.run();
  job.end('COMPLETE');
}

describe('a start that Meltano Cloud', () => {
  test.each([
    [401, 'Unauthorized', /token|credential/i],
    [403, 'Forbidden', /owner or administrator of the workspace/],
    [404, 'Not Found', /workspace/i],
    [400, 'Bad Request', /./],
  ])('answers with %d %s fails with the reason and what to do', async (status, phrase, advice) => {
    await open();
    world.meltano.service.faults.add({ method: 'POST', path: START, action: { kind: 'status', status } });
    const run = await world.untilConcluded(world.push().after);
    expect(run.conclusion).toBe('failure');
    expect(run.output.title).toMatch(
      new RegExp(`^Could not start: Meltano Cloud answered ${status} ${phrase}`),
    );
    expect(run.output.summary).toMatch(advice);
    expect(world.meltano.jobs).toHaveLength(0);
  });

  test.each([
    ['503', { kind: 'status', status: 503, headers: { 'retry-after': '3' } }],
    ['429', { kind: 'status', status: 429, headers: { 'retry-after': '2' } }],
  ] as const)('answers with %s is retried, and the check run says so', async (status, action) => {
    await open();
    world.meltano.service.faults.add({ method: 'POST', path: START, times: 1, action });
    const { after } = world.push();
    const waiting = await world.untilRun(
      after,
      (run) => run.output.title?.includes(status) ?? false,
      'the reason',
    );
    expect(waiting.status).toBe('queued');
    await finish(1);
    expect((await world.untilConcluded(after)).conclusion).toBe('success');
    expect(world.meltano.jobs).toHaveLength(1);
  });

  test.each([
    ['loses after it took effect', { kind: 'reset', when: 'after' }],
    ['answers with 500 after it took effect', { kind: 'status-after', status: 500 }],
    ['answers with a page of HTML after it took effect', { kind: 'status-after', status: 200 }],
  ] as const)('%s is found in the job list, and not posted again', async (_, action) => {
    await open();
    world.meltano.service.faults.add({ method: 'POST', path: START, times: 1, action });
    const { after } = world.push();
    await finish(1);
    expect((await world.untilConcluded(after)).conclusion).toBe('success');
    expect(world.meltano.jobs).toHaveLength(1);
  });

  test('refuses with 409 waits for the end of the other deployment', async () => {
    await open();
    world.meltano.refuseConcurrent = true;
    // The job was created a second before the push, so it isn't the push's.
    const other = world.meltano.createJob(world.workspace);
    Object.assign(other, { created: other.created - 2_000 });
    other.run();
    const { after } = world.push();
    await world.untilRun(after, (run) => /another deployment/i.test(run.output.title ?? ''), 'the reason');
    expect(world.meltano.jobs).toHaveLength(1);
    other.end('COMPLETE');
    await finish(2);
    expect((await world.untilConcluded(after)).conclusion).toBe('success');
  });

  test('refuses for too long ends as failure, and shows how long it was tried', async () => {
    await open({ env: { START_TIMEOUT_MINUTES: '0.05' } });
    world.meltano.service.faults.add({
      method: 'POST',
      path: START,
      action: { kind: 'status', status: 503 },
    });
    const run = await world.untilConcluded(world.push().after);
    expect(run.conclusion).toBe('failure');
    expect(run.output.title).toMatch(/^Could not start within/);
  });
});

describe('while a job is watched', () => {
  test('errors, cut connections and HTML are survived', async () => {
    await open();
    const { after } = world.push();
    const job = await world.job(1);
    job.run();
    await world.untilTitle(after, /^Running/);
    const path = /\/jobs\/[^/]+$/;
    const { faults } = world.meltano.service;
    faults.add({ path, times: 1, action: { kind: 'status', status: 502 } });
    faults.add({
      path,
      times: 1,
      action: { kind: 'answer', status: 200, contentType: 'text/html', body: '<html>' },
    });
    faults.add({ path, times: 2, action: { kind: 'reset', when: 'before' } });
    const told = await world.untilTitle(after, /again/);
    expect(told.status).toBe('in_progress');
    await world.untilTitle(after, /^Running for [\d a-z]+$/);
    job.end('COMPLETE');
    expect((await world.untilConcluded(after)).conclusion).toBe('success');
  });

  test('the watch ends after DEPLOY_TIMEOUT_MINUTES, without a claim about the job, and frees the workspace', async () => {
    await open({ env: { DEPLOY_TIMEOUT_MINUTES: '0.05' } });
    const { after } = world.push();
    (await world.job(1)).run();
    const run = await world.untilConcluded(after);
    expect(run.conclusion).toBe('timed_out');
    expect(run.output.title).toMatch(/^Still running after .*: no longer watched$/);
    const next = world.push();
    await finish(2);
    expect((await world.untilConcluded(next.after)).conclusion).toBe('success');
  });
});

describe('client credentials', () => {
  const clientOf = ({ meltano }: Sandbox) => ({
    MELTANO_API_TOKEN: '',
    MELTANO_CLIENT_ID: meltano.client.id,
    MELTANO_CLIENT_SECRET: meltano.client.secret,
  });

  test('an expired token is renewed, and the deployment continues', async () => {
    await open({ env: clientOf });
    const { after } = world.push();
    const job = await world.job(1);
    job.run();
    await world.untilTitle(after, /^Running/);
    world.meltano.expireTokens();
    job.end('COMPLETE');
    expect((await world.untilConcluded(after)).conclusion).toBe('success');
    const asked = world.meltano.service.exchanges.filter((one) => one.path === '/oauth/token');
    expect(asked).toHaveLength(2);
  });

  test('that are refused are named in the log, and the push is planned as soon as they work', async () => {
    await open({ env: clientOf });
    const action = { kind: 'status', status: 401 } as const;
    world.meltano.service.faults.add({ path: /\/oauth\/token$/, times: 1, action });
    const { after } = world.push();
    const line = await world.untilLogged('The delivery could not be planned: trying again');
    expect(JSON.stringify(line)).toContain('MELTANO_CLIENT_ID');
    await finish(1);
    expect((await world.untilConcluded(after)).conclusion).toBe('success');
  });
});

describe('GitHub', () => {
  test('loses the answer to a create: the run is found, not created twice', async () => {
    await open();
    const path = /\/check-runs$/;
    world.github.service.faults.add({
      method: 'POST',
      path,
      times: 1,
      action: { kind: 'reset', when: 'after' },
    });
    const { after } = world.push();
    await finish(1);
    expect((await world.untilConcluded(after)).conclusion).toBe('success');
    expect(world.github.checks.runs(REPOSITORY, after)).toHaveLength(1);
  });

  test('loses the answer to a conclusion: the annotations are not repeated', async () => {
    await open();
    const { after } = world.push();
    const job = await world.job(1);
    job.run();
    job.log('mapping values are not allowed here', '  in "meltano.yml", line 12, column 9');
    await world.untilRun(after, (run) => run.output.text?.includes('line 12') ?? false, 'the log');
    const fault = world.github.service.faults.add({
      method: 'PATCH',
      path: /\/check-runs\//,
      times: 1,
      action: { kind: 'reset', when: 'after' },
    });
    job.end('ERROR');
    await world.untilConcluded(after);
    const run = await world.untilRun(
      after,
      ({ history }) => history.filter((version) => version.status === 'completed').length === 2,
      'the second conclusion',
    );
    expect(fault.hits).toBe(1);
    expect(run.annotations).toEqual([
      {
        path: 'meltano.yml',
        start_line: 12,
        end_line: 12,
        start_column: 9,
        end_column: 9,
        annotation_level: 'failure',
        message: 'mapping values are not allowed here',
      },
    ]);
    expect(run.output.summary).toMatch(/^\*\*`meltano\.yml`, line 12:\*\* `mapping values/);
  });

  test('limits the writes: the app waits as long as GitHub asks, and the last state arrives', async () => {
    await open();
    const { after } = world.push();
    await world.untilTitle(after, 'Queued on Meltano Cloud');
    const headers = { 'retry-after': '2' };
    const body = { message: 'You have exceeded a secondary rate limit.' };
    const fault = world.github.service.faults.add({
      method: 'PATCH',
      path: /\/check-runs\//,
      times: 1,
      action: { kind: 'status', status: 403, headers, body },
    });
    await finish(1);
    expect((await world.untilConcluded(after)).conclusion).toBe('success');
    expect(fault.hits).toBe(1);
  });

  test('expires a token early: the app requests a new one', async () => {
    await open();
    const { after } = world.push();
    await world.untilTitle(after, 'Queued on Meltano Cloud');
    world.github.tokens.revoke();
    await finish(1);
    expect((await world.untilConcluded(after)).conclusion).toBe('success');
  });
});
