import { expect, test } from 'vitest';
import type { Deployment } from '../../../src/domain/deployment.ts';
import type { Method } from './fake-meltano.ts';
import { MINUTE, World } from './reconcile-world.ts';

/** When the process dies: at the n-th step, before it took effect or right after. */
interface Death {
  readonly step: number;
  readonly when: 'before' | 'after';
}

const METHODS: readonly Method[] = ['getWorkspace', 'listJobs', 'listPipelines', 'startDeployment', 'getJob'];

/** Makes the process die at one step: a request to Meltano Cloud, or a write to the store. Counts the steps. */
function plan(world: World, { step, when }: Death): { readonly taken: () => number } {
  let taken = 0;
  const { meltano, stores } = world;
  async function take<T>(act: () => Promise<T>): Promise<T> {
    taken += 1;
    const isLast = taken === step;
    if (isLast && when === 'before') throw new Error('killed');
    const result = await act();
    if (isLast) throw new Error('killed');
    return result;
  }
  for (const method of METHODS) {
    const call = meltano[method].bind(meltano) as (...args: unknown[]) => Promise<unknown>;
    Object.assign(meltano, { [method]: (...args: unknown[]) => take(() => call(...args)) });
  }
  const save = stores.saveDeployment.bind(stores);
  Object.assign(stores, {
    saveDeployment: (...args: Parameters<typeof save>) => take(() => save(...args)),
  });
  return { taken: () => taken };
}

/** What happens on Meltano Cloud once the job exists. */
function followJob(world: World): void {
  const { meltano, clock } = world;
  const start = meltano.startDeployment.bind(meltano);
  Object.assign(meltano, {
    async startDeployment(workspaceId: string) {
      const started = await start(workspaceId);
      world.after(1_000, () => meltano.moveJob({ status: 'RUNNING', startTime: clock.now() }));
      world.after(2_000, () => {
        meltano.movePipeline('late', 'PROVISIONING');
        meltano.moveJob({ status: 'COMPLETE', endTime: clock.now() });
      });
      world.after(7_000, () => meltano.movePipeline('late', 'FAILED'));
      return started;
    },
  });
}

/** A deployment: one pipeline fails late, one was failing before. Runs until it is over, with a new process after a death. */
async function deploy(death: Death): Promise<{ ended: Deployment; taken: number; died: boolean }> {
  const world = await World.open();
  world.meltano.addPipeline('good');
  world.meltano.addPipeline('late');
  world.meltano.addPipeline('old', { status: 'FAILED' });
  const { id } = await world.push();
  followJob(world);
  const { taken } = plan(world, death);
  let died = false;
  const run = () =>
    world.runFor(30 * MINUTE).catch((error: unknown) => {
      if (!(error instanceof Error) || error.message !== 'killed') throw error;
      died = true;
      world.restart();
      world.clock.advance(5_000);
    });
  await run();
  await run();
  expect(world.meltano.jobs).toHaveLength(1);
  return { ended: await world.read(id), taken: taken(), died };
}

test('a process that dies between any two steps loses no pipeline, and starts nothing twice', async () => {
  const whole = await deploy({ step: Infinity, when: 'before' });
  const ending = {
    state: 'concluded',
    conclusion: 'failure',
    reason: 'pipelines_failed',
    pipelines: { kind: 'read', counted: 3, failed: [{ name: 'late' }], failedBefore: [{ name: 'old' }] },
  };
  expect(whole.ended).toMatchObject(ending);
  expect(whole.taken).toBeGreaterThan(12);
  for (let step = 1; step <= whole.taken; step += 1) {
    for (const when of ['before', 'after'] as const) {
      const { ended, died } = await deploy({ step, when });
      expect({ step, when, died }).toEqual({ step, when, died: true });
      expect({ step, when, ...ended }).toMatchObject({ step, when, ...ending });
    }
  }
});
