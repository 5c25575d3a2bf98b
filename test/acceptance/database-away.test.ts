import { expect, test, vi } from 'vitest';
import { PATIENCE } from '../patience.ts';
import { openOnServer } from './open-on-server.ts';

const SERVER = process.env['TEST_DATABASE_URL'];

test.skipIf(!SERVER)(
  'while the database is away the process stays up, says so, refuses deliveries, and then goes on',
  async () => {
    const files = { 'models/a.sql': '0' };
    const opened = await openOnServer(SERVER ?? '', 'acme/data', files);
    const { github, meltano, workspace, database } = opened;
    meltano.script = () => 'manual';
    const app = await opened.startInstance();
    const status = async (path: string) => (await fetch(app.url + path)).status;

    const push = (text: string) =>
      github.branches.push({ repository: 'acme/data', files: { 'models/a.sql': text } });
    const running = push('1');
    await github.waitFor(() => meltano.jobsOf(workspace)[0], 'the job');
    await database.takeAway();
    await vi.waitFor(async () => expect(await status('/readyz')).toBe(503), PATIENCE);
    expect(await status('/healthz')).toBe(200);
    const missed = push('2');
    const delivery = () => github.hook.deliveries.find((one) => one.guid === missed.guid);
    const [attempt] = await github.waitFor(
      () => delivery()?.attempts.length === 1 && delivery()?.attempts,
      'an answer to the delivery',
    );
    expect(attempt?.statusCode).toBe(503);
    meltano.jobsOf(workspace)[0]?.end('COMPLETE');

    await database.bringBack();
    await vi.waitFor(async () => expect(await status('/readyz')).toBe(200), PATIENCE);
    await github.hook.redeliver(delivery()?.guid ?? '');
    const isConcluded = (sha: string) =>
      github.checks.runs('acme/data', sha).some((run) => run.conclusion === 'success');
    await github.waitFor(() => isConcluded(running.after), 'the end of the first push');
    await github.waitFor(() => meltano.jobsOf(workspace)[1], 'the second job');
    meltano.jobsOf(workspace)[1]?.end('COMPLETE');
    await github.waitFor(() => isConcluded(missed.after), 'the end of the second push');
    expect(meltano.jobs).toHaveLength(2);
    expect(await app.kill('SIGTERM')).toEqual({ code: 0, signal: null });
  },
);
