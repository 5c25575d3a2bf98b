import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { NotificationReceiver } from '../../sandbox/receiver/notification-receiver.ts';
import { startSandbox } from '../../sandbox/sandbox.ts';
import { AppProcess, makeEnvironment } from './app-process.ts';

const REPOSITORY = 'acme/data';

test('a process that is killed while it notifies sends the same event after its next start', async () => {
  const sandbox = await startSandbox();
  const receiver = new NotificationReceiver();
  await receiver.start();
  const directory = mkdtempSync(join(tmpdir(), 'meltano-deploy-'));
  onTestFinished(async () => {
    await Promise.all([sandbox.stop(), receiver.stop()]);
    rmSync(directory, { recursive: true, force: true });
  });
  const { github, meltano } = sandbox;
  github.installations.add({ account: 'acme' });
  github.repositories.add({ fullName: REPOSITORY, private: true, files: { 'a.sql': 'select 1\n' } });
  meltano.addWorkspace({ name: 'Analytics', repositoryUrl: sandbox.repositoryUrl(REPOSITORY) });
  meltano.script = () => ({ queuedMs: 1, steps: [], endAfterMs: 1, status: 'ERROR' });
  const accounts = join(directory, 'accounts.yml');
  writeFileSync(
    accounts,
    `accounts: {acme: {token: "\${TOKEN}", notify: [{url: "\${HOOK}", format: json, secret: "\${SECRET}", private_network: true}]}}\n`,
  );
  const env = {
    ...(await makeEnvironment(sandbox)),
    DATA_DIR: join(directory, 'data'),
    ACCOUNTS_FILE: accounts,
    TOKEN: meltano.token,
    HOOK: receiver.url('json'),
    SECRET: receiver.secret,
  };
  github.hook.url = `http://127.0.0.1:${env.PORT}/api/github/webhooks`;
  const start = () => {
    const app = new AppProcess({ env, cwd: directory });
    onTestFinished(async () => void (await app.kill('SIGKILL')));
    return app;
  };

  const first = start();
  await first.ready();
  // The event arrives, and the answer doesn't.
  receiver.service.faults.add({ path: /json/, times: 1, action: { kind: 'hang', when: 'after' } });
  github.branches.push({ repository: REPOSITORY, files: { 'a.sql': 'select 2\n' } });
  await github.waitFor(() => receiver.received.length === 1, 'the event', 60_000);
  await first.kill('SIGKILL');
  await start().printed('Notification sent');
  expect(receiver.received).toHaveLength(2);
  expect(receiver.received[1]).toEqual(receiver.received[0]);
  expect(receiver.refusals).toEqual([]);
}, 120_000);
