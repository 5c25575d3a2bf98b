import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { NotificationReceiver } from '../../sandbox/receiver/notification-receiver.ts';
import { startSandbox } from '../../sandbox/sandbox.ts';
import { createDatabase } from '../contract/postgres-databases.ts';
import { AppProcess, makeEnvironment } from './app-process.ts';

/** Set by scripts/with-postgres. */
const SERVER = process.env['TEST_DATABASE_URL'];
const REPOSITORY = 'acme/data';

/** A failing workspace whose account notifies a receiver; `database` is the environment of the database. */
async function open(database: Record<string, string>) {
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
  const start = async () => {
    const env = {
      ...(await makeEnvironment(sandbox)),
      DATA_DIR: join(directory, 'data'),
      ACCOUNTS_FILE: accounts,
      TOKEN: meltano.token,
      HOOK: receiver.url('json'),
      SECRET: receiver.secret,
      ...database,
    };
    const app = new AppProcess({ env, cwd: directory });
    onTestFinished(async () => void (await app.kill('SIGKILL')));
    await app.ready();
    return app;
  };
  return { github, receiver, start };
}

type World = Awaited<ReturnType<typeof open>>;

/** Lets a push fail, and kills the app when the event has arrived, before it has the answer. */
async function killWhileNotifying({ github, receiver }: World, app: AppProcess): Promise<void> {
  receiver.service.faults.add({ path: /json/, times: 1, action: { kind: 'hang', when: 'after' } });
  github.hook.url = `${app.url}/api/github/webhooks`;
  github.branches.push({ repository: REPOSITORY, files: { 'a.sql': 'select 2\n' } });
  await github.waitFor(() => receiver.received.length === 1, 'the event', 60_000);
  await app.kill('SIGKILL');
}

function expectSame({ receiver }: World): void {
  expect(receiver.received).toHaveLength(2);
  expect(receiver.received[1]).toEqual(receiver.received[0]);
  expect(receiver.refusals).toEqual([]);
}

test('a process that is killed while it notifies sends the same event after its next start', async () => {
  const world = await open({});
  await killWhileNotifying(world, await world.start());
  const next = await world.start();
  await next.printed('Notification sent');
  expectSame(world);
}, 120_000);

test.skipIf(!SERVER)(
  'an instance that is killed while it notifies leaves the event to another one',
  async () => {
    const database = await createDatabase(SERVER ?? '');
    onTestFinished(() => database.drop());
    const world = await open({ DATABASE_URL: database.url });
    await killWhileNotifying(world, await world.start());
    const other = await world.start();
    await other.printed('Notification sent');
    expectSame(world);
  },
  180_000,
);
