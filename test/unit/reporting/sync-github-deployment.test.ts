import { beforeEach, describe, expect, test } from 'vitest';
import type { Deployment } from '../../../src/domain/deployment.ts';
import type { GitHubFailure, GitHubResult } from '../../../src/domain/github-result.ts';
import type { GitHubDeploymentApi, StatusDetails } from '../../../src/reporting/github-deployment.ts';
import { createGitHubDeploymentSync } from '../../../src/reporting/sync-github-deployment.ts';
import { World } from '../deploying/reconcile-world.ts';
import { buildSyncPorts, stepUntilDone } from './sync-steps.ts';

const UNKNOWN: GitHubFailure = { kind: 'unknown', message: 'the connection broke' };
const REJECTED: GitHubFailure = { kind: 'rejected', status: 403, message: 'Resource not accessible' };

/** GitHub's Deployments in memory; each call can be made to fail, before or after its effect. */
class FakeDeployments implements GitHubDeploymentApi {
  readonly calls: string[] = [];
  /** Environment and states of each, by our deployment's id. */
  readonly made = new Map<string, { environment: string; states: string[]; number: number }>();
  /** What a create made that was not answered, shown late. */
  older: { environment: string; states: string[]; number: number } | null = null;
  readonly #failures = new Map<string, { failure: GitHubFailure; isDone: boolean }[]>();

  fail(call: string, failure: GitHubFailure, { isDone = false, times = 1 } = {}): void {
    this.#failures.set(
      call,
      Array.from({ length: times }, () => ({ failure, isDone })),
    );
  }

  async #do<T>(call: string, act: () => T): Promise<GitHubResult<T>> {
    this.calls.push(call);
    const failing = this.#failures.get(call.split(' ')[0] ?? '')?.shift();
    if (!failing) return { ok: true, value: act() };
    if (failing.isDone) act();
    return { ok: false, failure: failing.failure };
  }

  #of(number: number) {
    const all = [...this.made.values(), ...(this.older ? [this.older] : [])];
    const found = all.find((one) => one.number === number);
    if (!found) throw new Error(`There is no deployment ${number}.`);
    return found;
  }

  create: GitHubDeploymentApi['create'] = (_, { deploymentId, environment }) =>
    this.#do('create', () => {
      if (this.made.has(deploymentId)) throw new Error('Made twice.');
      const number = this.made.size + 1;
      this.made.set(deploymentId, { environment, states: [], number });
      return number;
    });
  find: GitHubDeploymentApi['find'] = (_, { deploymentId }) =>
    this.#do('find', () => {
      const made = this.made.get(deploymentId);
      return [...(this.older ? [this.older.number] : []), ...(made ? [made.number] : [])];
    });
  addStatus: GitHubDeploymentApi['addStatus'] = (_, number, { state }) =>
    this.#do(`addStatus ${state}`, () => {
      this.#of(number).states.push(state);
      return null;
    });
  readStatus: GitHubDeploymentApi['readStatus'] = (_, number) =>
    this.#do('readStatus', () => this.#of(number).states.at(-1) ?? null);
}

const DETAILS: StatusDetails = {
  description: 'x',
  logUrl: 'https://log',
  environmentUrl: 'https://workspace',
};

let world: World;
let api: FakeDeployments;

beforeEach(async () => {
  world = await World.open();
  world.wantedOutputs.githubDeployments = true;
  api = new FakeDeployments();
});

function createSync() {
  return createGitHubDeploymentSync({
    ...buildSyncPorts(world),
    api,
    wake: () => undefined,
    chooseEnvironment: async () => (world.wantedOutputs.githubDeployments ? 'production' : null),
    describe: () => DETAILS,
  });
}

/** What was woken so far is brought to where it should be, each step by a new process. */
async function keepAll(): Promise<void> {
  const woken = world.dispatcher.wakes.filter(({ queue }) => queue === 'environment');
  for (const id of new Set(woken.map(({ key }) => key))) await stepUntilDone(createSync, id, world.clock);
  world.dispatcher.wakes.length = 0;
}

/** A push whose job goes through the states, each brought to GitHub. */
async function deploy(status: 'COMPLETE' | 'ERROR' | 'STOPPED', sha = 'a'.repeat(40)): Promise<Deployment> {
  const { id } = await world.push({ sha });
  await world.step();
  await keepAll();
  world.meltano.moveJob({ status: 'RUNNING' });
  world.clock.advance(10_000);
  await world.step();
  await keepAll();
  world.meltano.moveJob({ status });
  world.clock.advance(10_000);
  await world.step();
  await keepAll();
  return world.read(id);
}

const statesOf = ({ id }: Deployment) => api.made.get(id)?.states;

describe('a deployment', () => {
  test('is queued, in progress and a success, and inactive once the next one succeeds', async () => {
    const first = await deploy('COMPLETE');
    expect(api.made.get(first.id)?.environment).toBe('production');
    expect(statesOf(first)).toEqual(['queued', 'in_progress', 'success']);
    const failed = await deploy('ERROR', 'b'.repeat(40));
    expect(statesOf(failed)).toEqual(['queued', 'in_progress', 'failure']);
    expect(statesOf(first)).toHaveLength(3);
    const second = await deploy('COMPLETE', 'c'.repeat(40));
    expect(statesOf(first)).toEqual(['queued', 'in_progress', 'success', 'inactive']);
    expect(statesOf(second)).toEqual(['queued', 'in_progress', 'success']);
    expect(await world.stores.listOpenGitHubDeployments()).toEqual([second.id]);
    expect(api.calls.filter((call) => !/^(create|addStatus)/.test(call))).toEqual([]);
  });

  test('that a person stopped is an error, and a withdrawn one inactive', async () => {
    expect(statesOf(await deploy('STOPPED'))).toEqual(['queued', 'in_progress', 'error']);
    const { id } = await world.push({ sha: 'd'.repeat(40) });
    await world.step();
    await world.save(id, {
      state: 'concluded',
      conclusion: 'cancelled',
      reason: 'withdrawn',
      concludedAt: 1,
    });
    world.dispatcher.wake('environment', id);
    await keepAll();
    expect(api.made.get(id)?.states).toEqual(['inactive']);
  });

  test('that was superseded before its start has none', async () => {
    const { id } = await world.push();
    world.dispatcher.wake('environment', id);
    await keepAll();
    expect(api.calls).toEqual([]);
  });

  test('that had begun when its repository stopped wanting them is brought to its end', async () => {
    const { id } = await world.push();
    await world.step();
    await keepAll();
    world.wantedOutputs.githubDeployments = false;
    world.meltano.moveJob({ status: 'ERROR' });
    world.clock.advance(10_000);
    await world.step();
    await keepAll();
    expect(api.made.get(id)?.states).toEqual(['queued', 'failure']);
  });

  test('of a repository that wants none has none', async () => {
    world.wantedOutputs.githubDeployments = false;
    await deploy('COMPLETE');
    expect(api.calls).toEqual([]);
    expect(await world.stores.listOpenGitHubDeployments()).toEqual([]);
  });
});

describe('a lost answer', () => {
  test.each([
    ['create', true],
    ['create', false],
    ['addStatus', true],
    ['addStatus', false],
  ])('of %s (done: %s) leads to one of everything', async (call, isDone) => {
    api.fail(call, UNKNOWN, { isDone });
    const deployment = await deploy('COMPLETE');
    expect(statesOf(deployment)).toEqual(['queued', 'in_progress', 'success']);
    expect(api.made.size).toBe(1);
  });
});

test('one that turns up twice ends as inactive, a minute later', async () => {
  api.fail('create', UNKNOWN);
  const { id } = await world.push();
  await world.step();
  const sync = createSync();
  let twice = false;
  for (let wait = await sync(id); wait !== null; wait = await sync(id)) {
    if (!twice && wait > 30_000) {
      twice = true;
      api.older = { environment: 'production', states: [], number: 99 };
    }
    world.clock.advance(wait);
  }
  expect(twice).toBe(true);
  expect(api.older?.states).toEqual(['inactive']);
  expect(api.made.get(id)?.states).toEqual(['queued']);
});

test('GitHub’s refusal is given up after a few tries, and changes nothing about the deployment', async () => {
  api.fail('create', REJECTED, { times: 9 });
  const sync = createSync();
  const { id } = await world.push();
  await world.step();
  for (let wait = await sync(id); wait !== null; wait = await sync(id)) world.clock.advance(wait);
  expect(api.calls).toEqual(['create', 'create', 'create']);
  expect(await world.stores.listOpenGitHubDeployments()).toEqual([]);
  world.meltano.moveJob({ status: 'COMPLETE' });
  await world.runUntilIdle();
  expect((await world.read(id)).conclusion).toBe('success');
});
