import { expect, onTestFinished, test, vi } from 'vitest';
import { startSandbox } from '../../sandbox/sandbox.ts';
import { createDatabase } from '../contract/postgres-databases.ts';
import { PATIENCE } from '../patience.ts';
import { AppProcess, makeEnvironment } from './app-process.ts';

const SERVER = process.env['TEST_DATABASE_URL'];

test.skipIf(!SERVER)(
  'while the database is away the process stays up, says so, refuses deliveries, and then goes on',
  async () => {
    const sandbox = await startSandbox();
    onTestFinished(() => sandbox.stop());
    const { github, meltano } = sandbox;
    github.installations.add({ account: 'acme' });
    github.repositories.add({ fullName: 'acme/data', private: true, files: { 'models/a.sql': '0' } });
    const repositoryUrl = sandbox.repositoryUrl('acme/data');
    const workspace = meltano.addWorkspace({ name: 'Analytics', repositoryUrl });
    meltano.script = () => 'manual';
    const database = await createDatabase(SERVER ?? '');
    onTestFinished(() => database.drop());
    const env = {
      ...(await makeEnvironment(sandbox)),
      DATABASE_URL: database.url,
      POLL_MAX_MS: '300',
    };
    const app = new AppProcess({ env, cwd: import.meta.dirname });
    onTestFinished(async () => void (await app.kill('SIGKILL')));
    await app.ready();
    github.hook.url = `${app.url}/api/github/webhooks`;
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
