import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Exchange } from '../../sandbox/http/http-service.ts';
import { World } from './world.ts';

const AWAY = /Meltano Cloud does not answer \(since \d\d:\d\d UTC\)/;
const DOWN = { kind: 'status', status: 503 } as const;

let world: World;
beforeEach(async () => {
  world = await World.open({
    env: ({ meltano }) => ({
      // The list of workspaces is first read for the first push.
      SWEEP_MINUTES: '0',
      MELTANO_API_TOKEN: '',
      MELTANO_CLIENT_ID: meltano.client.id,
      MELTANO_CLIENT_SECRET: meltano.client.secret,
    }),
  });
});
afterEach(() => world.close());

/** Everything of Meltano Cloud fails, the token endpoint included, until it is ended. */
function beginOutage() {
  const fault = world.meltano.service.faults.add({ path: /./, action: DOWN });
  const from = world.meltano.service.exchanges.length;
  const asked = (): Exchange[] => world.meltano.service.exchanges.slice(from);
  return { asked, end: () => fault.remove() };
}

/** The titles of the commit's check run in order, without repetitions in a row. */
function titlesOf(sha: string): string[] {
  const titles = world.run(sha)?.history.map((one) => one.output.title ?? '') ?? [];
  return titles.filter((title, n) => title !== titles[n - 1]);
}

test('an outage at the start and one during the watch are reported once, and recover with one job', async () => {
  const other = world.meltano.addWorkspace({
    name: 'Second',
    repositoryUrl: world.app.sandbox.repositoryUrl('acme/data'),
    repositoryBranch: 'dev',
  });
  const before = world.push();
  const watched = await world.job(1);
  watched.run();
  await world.untilTitle(before.after, /^Running/);

  const earlier = world.push({ branch: 'dev', from: 'main' });
  await world.until(() => world.meltano.jobsOf(other).length === 1, 'the job of the second workspace');
  const [first] = world.meltano.jobsOf(other);
  first?.run();
  first?.end('COMPLETE');
  const secondRun = (sha: string) => world.run(sha, 'Meltano Deploy (Second)');
  await world.until(
    () => secondRun(earlier.after)?.status === 'completed',
    'the end of the second workspace',
  );

  const outage = beginOutage();
  const held = world.push({ branch: 'dev' });
  await world.until(() => AWAY.test(secondRun(held.after)?.output.title ?? ''), 'the waiting title');
  await world.untilTitle(before.after, AWAY);
  expect(secondRun(held.after)?.output.title).toMatch(/^Waiting: /);
  const readiness = await fetch(`${world.app.service.url}/readyz`);
  expect(readiness.status).toBe(200);
  expect(await readiness.json()).toMatchObject({
    dependencies: { meltano: { openCircuits: [{ account: 'environment' }] } },
  });
  expect(outage.asked().length).toBeLessThan(20);
  expect(outage.asked().every(({ method, path }) => method === 'GET' || path === '/oauth/token')).toBe(true);

  outage.end();
  await world.until(() => world.meltano.jobsOf(other).length === 2, 'the second job of the second workspace');
  await world.untilTitle(before.after, /^Running for [\d a-z]+$/);
  watched.end('COMPLETE');
  expect((await world.untilConcluded(before.after)).conclusion).toBe('success');
  expect(world.meltano.jobsOf(other)).toHaveLength(2);
  expect(world.meltano.jobsOf(world.workspace)).toHaveLength(1);
  expect(titlesOf(before.after).filter((title) => AWAY.test(title))).toHaveLength(1);
  const metrics = await (await fetch(`${world.app.service.url}/metrics`)).text();
  expect(metrics).toMatch(/^meltano_deploy_meltano_circuit_open\{account="environment"\} 0$/m);
});
