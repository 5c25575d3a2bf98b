import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, onTestFinished, test, vi } from 'vitest';
import type { Sandbox } from '../../sandbox/sandbox.ts';
import { PATIENCE } from '../patience.ts';
import { AppProcess, makeEnvironment } from './app-process.ts';
import { startOwnServer } from './own-server.ts';
import { PushWorld } from './push-world.ts';

/** Set by scripts/with-postgres: without it this file takes too long, and may have no server at all. */
const SERVER = process.env['TEST_DATABASE_URL'];
const INSTANCES = 3;
/** More than a few, so that each instance has the work of some. */
const REPOSITORIES = 10;
const PUSH_EVERY_MS = 400;
const PAUSE_MS = 60_000;
/** The app searches for the job of a lost answer for two minutes. */
const LAST_ENDS_MS = 180_000;

/** Several instances on one database, each with an address of its own. */
class Instances {
  readonly #environments: Record<string, string>[];
  readonly #directory = mkdtempSync(join(tmpdir(), 'meltano-deploy-'));
  /** In the order of their numbers; one that was started again is in the place of its former self. */
  readonly apps: AppProcess[] = [];
  readonly #all: AppProcess[] = [];

  private constructor(environments: Record<string, string>[]) {
    this.#environments = environments;
    onTestFinished(async () => {
      await Promise.all(this.#all.map((app) => app.kill('SIGKILL')));
      rmSync(this.#directory, { recursive: true, force: true });
    });
  }

  static async start(sandbox: Sandbox, databaseUrl: string): Promise<Instances> {
    const makeOwn = async () => ({
      ...(await makeEnvironment(sandbox)),
      DATABASE_URL: databaseUrl,
      POLL_MAX_MS: '300',
    });
    const environments = await Promise.all(Array.from({ length: INSTANCES }, makeOwn));
    const instances = new Instances(environments);
    await Promise.all(environments.map((_, number) => instances.startAgain(number)));
    return instances;
  }

  get(number: number): AppProcess {
    const app = this.apps[number % INSTANCES];
    if (!app) throw new Error(`There is no instance ${number}.`);
    return app;
  }

  webhookUrl(number: number): string {
    return `${this.get(number).url}/api/github/webhooks`;
  }

  async startAgain(number: number): Promise<void> {
    const app = new AppProcess({ env: this.#environments[number] ?? {}, cwd: this.#directory });
    this.apps[number] = app;
    this.#all.push(app);
    await app.ready();
  }

  /** What all instances said about take-overs, from a time on (epoch milliseconds). */
  takeOvers(since: number): { time: number; keys: number; silentMs: number }[] {
    const lines = this.#all.flatMap((app) => app.output.split('\n'));
    return lines
      .filter((line) => line.startsWith('{') && line.includes('"Work of another instance was taken over"'))
      .map((line) => JSON.parse(line))
      .filter(({ time }) => time >= since);
  }

  /** Waits until others do what a silent instance did, and prints how long that took: 30 s on a calm machine. */
  async waitForTakeOver(since: number, what: string): Promise<void> {
    await vi.waitFor(() => expect(this.takeOvers(since)).not.toEqual([]), PATIENCE);
    const [first] = this.takeOvers(since);
    console.log(`${what}: others went on after ${(((first?.time ?? 0) - since) / 1000).toFixed(1)} s`);
  }
}

test.skipIf(!SERVER)(
  'three instances, one killed, one paused for a minute, one restarted, the queue emptied and the database restarted: every push ends once and truthfully',
  async () => {
    const server = await startOwnServer();
    onTestFinished(() => server.stop());
    const world = await PushWorld.open({ repositories: REPOSITORIES, jobMs: 2_000 });
    const { sandbox, repositories, pushed } = world;
    onTestFinished(() => sandbox.stop());
    const instances = await Instances.start(sandbox, server.url);
    const began = Date.now();
    const endStream = world.stream(
      () => {
        const number = pushed.length;
        world.push(repositories[number % REPOSITORIES] ?? '', instances.webhookUrl(number));
      },
      () => PUSH_EVERY_MS,
    );
    const waitForPushes = (count: number) =>
      sandbox.github.waitFor(() => pushed.length >= count, `${count} pushes`);

    await waitForPushes(40);
    await instances.get(0).kill('SIGKILL');
    await instances.waitForTakeOver(Date.now(), 'Killed');
    await instances.startAgain(0);

    instances.get(1).pause();
    const pausedAt = Date.now();
    await instances.waitForTakeOver(pausedAt, 'Paused');
    expect(await instances.get(2).kill('SIGTERM')).toEqual({ code: 0, signal: null });
    await instances.startAgain(2);
    // The queue may lose everything: the store's unfinished work continues.
    await server.query('delete from pgboss.job');
    await world.redeliverFailed(instances.webhookUrl(0));
    await sleep(Math.max(0, pausedAt + PAUSE_MS - Date.now()));
    instances.get(1).resume();
    await instances.get(1).ready();

    await waitForPushes(pushed.length + 20);
    await server.restart();
    await Promise.all(instances.apps.map((app) => app.ready()));
    await waitForPushes(pushed.length + 20);
    await endStream();
    const streamedMs = Date.now() - began;
    await world.waitForConclusions(LAST_ENDS_MS, instances.webhookUrl(0));
    const concluded = JSON.stringify(world.runs());
    for (const app of instances.apps) expect(await app.kill('SIGTERM')).toEqual({ code: 0, signal: null });

    expect(JSON.stringify(world.runs())).toBe(concluded);
    world.expectTruth();
    const silent = instances
      .takeOvers(began)
      .map(({ keys, silentMs }) => `${keys} after ${(silentMs / 1000).toFixed(1)} s`);
    console.log(`Keys taken over, each since its holder was last heard of: ${silent.join(', ')}`);
    console.log(
      `${pushed.length} pushes in ${Math.round(streamedMs / 1000)} s, ${sandbox.meltano.jobs.length} jobs; ` +
        `the last end came ${Math.round((Date.now() - began - streamedMs) / 1000)} s later`,
    );
  },
  420_000,
);
