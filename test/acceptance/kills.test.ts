import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { createSeededRandom } from '../../sandbox/http/seeded-random.ts';
import { AppProcess, makeEnvironment } from './app-process.ts';
import { PushWorld } from './push-world.ts';

/** More with KILLS=20. The chaos run kills the process, too. */
const KILLS = Number(process.env['KILLS'] ?? 8);

test(`${KILLS} kills during a stream of pushes: one concluded check run each, no second job, none at once`, async () => {
  const seed = Number(process.env['KILL_SEED'] ?? Date.now() % 1_000_000);
  console.log(`KILL_SEED=${seed}`);
  const random = createSeededRandom(seed);
  const world = await PushWorld.open({ repositories: 4, jobMs: 3_000, hasLateFailures: true });
  const { sandbox, repositories, pushed } = world;
  const directory = mkdtempSync(join(tmpdir(), 'meltano-deploy-'));
  onTestFinished(async () => {
    await sandbox.stop();
    rmSync(directory, { recursive: true, force: true });
  });
  const env = {
    ...(await makeEnvironment(sandbox)),
    DATA_DIR: join(directory, 'data'),
    POLL_MAX_MS: '300',
  };
  sandbox.github.hook.url = `http://127.0.0.1:${env.PORT}/api/github/webhooks`;
  const endStream = world.stream(
    () => world.push(repositories[Math.floor(random() * repositories.length)] ?? ''),
    () => 400 + random() * 800,
  );

  let app = new AppProcess({ env, cwd: directory });
  onTestFinished(async () => void (await app.kill('SIGKILL')));
  for (let kill = 0; kill < KILLS; kill += 1) {
    await app.ready();
    await world.redeliverFailed();
    await sleep(random() * 1_200);
    await world.untilNoStart();
    await app.kill('SIGKILL');
    app = new AppProcess({ env, cwd: directory });
  }
  await app.ready();
  await endStream();
  await world.waitForConclusions(240_000);
  expect(await app.kill('SIGTERM')).toEqual({ code: 0, signal: null });
  world.expectTruth();
  console.log(`${pushed.length} pushes, ${sandbox.meltano.jobs.length} jobs, ${KILLS} kills`);
}, 420_000);
