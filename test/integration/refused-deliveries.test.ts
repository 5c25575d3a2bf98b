import { createHmac } from 'node:crypto';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, onTestFinished, test } from 'vitest';
import { World } from './world.ts';

const PRIVATE = 'private words of a commit';
const FULL = 'database or disk is full';
const EMAIL = 'ana@example.com';

async function open(): Promise<{ world: World; payload: object }> {
  const world = await World.open();
  onTestFinished(() => world.close());
  await world.push().delivered;
  const payload = world.github.hook.deliveries.find(({ event }) => event === 'push')?.payload ?? {};
  return { world, payload };
}

/** A push with private contents, as GitHub signs it. */
async function post(world: World, payload: object, secret = secretOf(world)): Promise<number> {
  const body = JSON.stringify({ ...payload, head_commit: { message: PRIVATE, author: { email: EMAIL } } });
  const { status } = await fetch(`${world.app.service.url}/api/github/webhooks`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'x-github-event': 'push',
      'x-github-delivery': `guid-${Math.random()}`,
      'x-hub-signature-256': `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`,
    },
    body,
  });
  return status;
}

/** As on a full disk. */
async function refuseInserts(world: World, table = 'delivery'): Promise<void> {
  const database = new DatabaseSync(join(world.app.dataDirectory, 'meltano-deploy.db'));
  onTestFinished(() => database.close());
  const trigger = `CREATE TRIGGER full BEFORE INSERT ON ${table} BEGIN SELECT RAISE(ABORT, '${FULL}'); END`;
  await world.until(() => {
    try {
      database.exec(trigger);
      return true;
    } catch {
      // The app is writing.
      return false;
    }
  }, 'the trigger');
}

const secretOf = ({ app }: World) => app.sandbox.appEnvironment()['WEBHOOK_SECRET'] ?? '';

/** Expects no payload in the log, and no line that raises an alert. */
function expectQuietLog({ app }: World): void {
  const text = JSON.stringify(app.lines);
  for (const hidden of [PRIVATE, EMAIL, '"payload"']) expect(text).not.toContain(hidden);
  expect(app.lines.filter((line) => Number(line['level']) >= 50)).toEqual([]);
}

test('an unreadable payload is answered with 422, and the log names the mistake without the payload', async () => {
  const { world, payload } = await open();
  expect(await post(world, { ...payload, ref: 5 })).toBe(422);
  const line = await world.untilLogged('A webhook request was refused', { status: 422, event: 'push' });
  expect(line['problem']).toContain('expected string');
  expectQuietLog(world);
});

test.each([[{}], [{ id: PRIVATE }], [{ id: 0 }], [PRIVATE], [{ id: { deep: [PRIVATE] } }]])(
  'a signed payload with the installation %j is refused with 422, and is no mistake of the app',
  async (installation) => {
    const { world, payload } = await open();
    expect(await post(world, { ...payload, installation })).toBe(422);
    await world.untilLogged('A webhook request was refused', { status: 422 });
    expectQuietLog(world);
  },
);

test('deliveries that the database refuses are answered with 503, in few lines without their payload', async () => {
  const { world, payload } = await open();
  await refuseInserts(world);
  const before = world.app.lines.length;
  const statuses = await Promise.all(Array.from({ length: 50 }, () => post(world, payload)));
  expect(new Set(statuses)).toEqual(new Set([503]));
  await world.untilLogged('A webhook request was refused', { status: 503, problem: FULL });
  expectQuietLog(world);
  expect(JSON.stringify(world.app.lines.slice(before)).length).toBeLessThan(20_000);
});

test('a delivery with a wrong signature is one log line, without its contents', async () => {
  const { world, payload } = await open();
  expect(await post(world, payload, 'another secret')).toBe(400);
  await world.untilLogged('A webhook request was refused', { status: 400 });
  expectQuietLog(world);
});

test('a database without writes is not ready, even if it can be read', async () => {
  const { world } = await open();
  await refuseInserts(world, 'note');
  const response = await fetch(`${world.app.service.url}/readyz`);
  expect(response.status).toBe(503);
  expect(await response.json()).toMatchObject({
    status: 'not ready',
    database: 'down',
    worker: 'up',
    problems: [`The database takes no writes: ${FULL}.`],
  });
});
