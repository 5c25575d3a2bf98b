import { describe, expect, test } from 'vitest';
import { failingScript } from '../../../../sandbox/meltano/default-script.ts';
import { hrefs, setUp } from './sandbox-setup.ts';

describe('jobs', () => {
  test('the commit is the head when the job begins to run', async () => {
    const { sandbox, workspace, send } = await setUp();
    sandbox.headOf = () => 'old';
    const job = sandbox.createJob(workspace);
    sandbox.headOf = () => 'new';
    expect((await send('GET', `/jobs/${job.id}`)).body).not.toHaveProperty('commitId');
    job.run();
    expect((await send('GET', `/jobs/${job.id}`)).body).toMatchObject({ commitId: 'new' });
  });

  test('a queued job may be missing from the list; the newest is first', async () => {
    const { sandbox, workspace, send } = await setUp();
    const [first, second, third] = [1, 2, 3].map(() => sandbox.createJob(workspace));
    first?.run();
    second?.run();
    const list = async () => {
      const { text } = await send('GET', `/workspaces/${workspace.id}/jobs?sort=created,desc`);
      return hrefs(text).filter((href) => href?.endsWith('/stopped'));
    };
    const stopLink = (id = '') => `https://app.matatika.com/api/jobs/${id}/stopped`;
    expect(await list()).toEqual([stopLink(second?.id), stopLink(first?.id)]);
    sandbox.hideQueuedJobs = false;
    expect(await list()).toEqual([stopLink(third?.id), stopLink(second?.id), stopLink(first?.id)]);
  });

  test('only a running job can be stopped; it ends a little later', async () => {
    const { sandbox, workspace, send } = await setUp();
    const job = sandbox.createJob(workspace);
    expect((await send('PUT', `/jobs/${job.id}/stopped`)).status).toBe(409);
    job.run();
    expect((await send('PUT', `/jobs/${job.id}/stopped`)).status).toBe(202);
    expect(job.status).toBe('RUNNING');
    await sandbox.waitFor(() => job.status === 'STOPPED', 'the job to stop');
    expect((await send('PUT', `/jobs/${job.id}/stopped`)).status).toBe(409);
  });

  test('a deleted job ends and is gone', async () => {
    const { sandbox, workspace, send } = await setUp();
    const job = sandbox.createJob(workspace);
    job.run();
    expect((await send('DELETE', `/jobs/${job.id}`)).status).toBe(204);
    expect(job).toMatchObject({ status: 'STOPPED', deleted: true });
    for (const path of [`/jobs/${job.id}`, `/jobs/${job.id}/logs`]) {
      expect((await send('GET', path)).status).toBe(404);
    }
    expect((await send('GET', `/workspaces/${workspace.id}/jobs`)).body).not.toHaveProperty('_embedded');
  });

  test('two starts are two jobs, unless concurrent ones are refused', async () => {
    const { sandbox, workspace, send } = await setUp();
    const start = () => send('POST', `/workspaces/${workspace.id}/deployments`, { body: '{}' });
    expect([(await start()).status, (await start()).status]).toEqual([202, 202]);
    sandbox.refuseConcurrent = true;
    expect((await start()).status).toBe(409);
    for (const job of sandbox.jobs) job.end('COMPLETE');
    expect((await start()).status).toBe(202);
    expect(sandbox.jobs.map(({ number }) => number)).toEqual([1, 2, 3]);
  });
});

describe('logs', () => {
  test('from a line on, with an unfinished last line, 204 if there are no lines', async () => {
    const { sandbox, workspace, send } = await setUp();
    const job = sandbox.createJob(workspace);
    const read = async (sequence: number) => {
      const { status, text } = await send('GET', `/jobs/${job.id}/logs?sequence=${sequence}`);
      return status === 204 ? 204 : text;
    };
    expect(await read(0)).toBe(204);
    job.run();
    job.write('one\ntwo\nthr');
    expect(await read(0)).toBe('one\ntwo\nthr');
    expect(await read(1)).toBe('two\nthr');
    expect(await read(2)).toBe('thr');
    expect(await read(3)).toBe(204);
    job.write('ee\n');
    expect(await read(2)).toBe('three\n');
    expect(await read(3)).toBe(204);
    sandbox.pageLimit = 2;
    expect(await read(0)).toBe('one\ntwo\n');
    expect((await send('GET', `/jobs/${job.id}/logs?sequence=-1`)).status).toBe(400);
    expect((await send('GET', `/jobs/${job.id}/logs`)).type).toBe('text/plain; charset=utf-8');
  });
});

describe('scripts', () => {
  test('steps are written in order, raw pieces as they are, then the job ends', async () => {
    const { sandbox, workspace } = await setUp();
    sandbox.script = ({ number }) => ({
      queuedMs: 0,
      steps: [
        { afterMs: 2, raw: 'half ' },
        { afterMs: 0, lines: [`job ${number}`] },
        { afterMs: 2, lines: ['line'], raw: 'unfinished' },
      ],
      status: 'ERROR',
      commitId: 'scripted',
    });
    const job = sandbox.createJob(workspace);
    await sandbox.waitFor(() => job.ended, 'the job to end');
    expect(job).toMatchObject({
      status: 'ERROR',
      commitId: 'scripted',
      logText: 'job 1\nhalf line\nunfinished',
    });
  });

  test('when the head moved while the job was queued, the script is that of the new head', async () => {
    const { sandbox, workspace } = await setUp();
    sandbox.headOf = () => 'bad';
    sandbox.script = (context) =>
      context.commitId === 'bad' ? { ...failingScript(context), queuedMs: 0 } : { queuedMs: 0 };
    const job = sandbox.createJob(workspace);
    sandbox.headOf = () => 'good';
    await sandbox.waitFor(() => job.ended, 'the job to end');
    expect(job).toMatchObject({ status: 'COMPLETE', commitId: 'good' });
  });

  test('a stop ends the script', async () => {
    const { sandbox, workspace, send } = await setUp();
    sandbox.script = () => ({ queuedMs: 0, endAfterMs: 600_000 });
    const job = sandbox.createJob(workspace);
    await sandbox.waitFor(() => job.status === 'RUNNING', 'the job to run');
    await send('PUT', `/jobs/${job.id}/stopped`);
    await sandbox.waitFor(() => job.status === 'STOPPED', 'the job to stop');
  });
});

test('waitFor says what it waited for', async () => {
  const { sandbox } = await setUp();
  await expect(sandbox.waitFor(() => null, 'a miracle', 10)).rejects.toThrow('in vain for a miracle');
});
