import { expect, test } from 'vitest';
import type { WatchPurpose } from '../../../src/domain/pipeline-watch.ts';
import { MINUTE, PipelineWorld } from './pipeline-world.ts';

class Killed extends Error {}

/** The steps after which a process may find itself anew. */
const STEPS = new Set(['savePipelineWatch', 'runPipeline', 'verifyPipeline', 'listPipelineJobs', 'getJob']);

/** Kills the process at the n-th step: before it has its effect, or after that. */
class Killer {
  steps = 0;
  readonly #at: number;
  readonly #when: 'before' | 'after';

  constructor(at: number, when: 'before' | 'after') {
    this.#at = at;
    this.#when = when;
  }

  intercept = <T extends object>(target: T): T =>
    new Proxy(target, {
      get: (of, key) => {
        const value = Reflect.get(of, key);
        if (typeof value !== 'function') return value;
        if (!STEPS.has(String(key))) return value.bind(of);
        return async (...given: unknown[]) => {
          this.steps += 1;
          const isNow = this.steps === this.#at;
          if (isNow && this.#when === 'before') throw new Killed();
          const answer = await value.apply(of, given);
          if (isNow) throw new Killed();
          return answer;
        };
      },
    });
}

async function play(purpose: WatchPurpose, killer: Killer): Promise<PipelineWorld & { readonly id: string }> {
  const world = await PipelineWorld.open();
  world.intercept = killer.intercept;
  world.restart();
  const names = ['facebook', 'google'];
  const differences = purpose === 'triggered' ? { deploymentId: (await world.deploy()).id } : {};
  const id = await world.plan(purpose, names, differences);
  if (purpose === 'triggered') {
    world.after(3_000, () => world.runPipeline('facebook', 5_000));
    world.after(9_000, () => world.runPipeline('google', 5_000));
  }
  // The jobs that the app starts end after a few seconds.
  const end = () => {
    for (const { id: job, status } of world.meltano.jobs) {
      if (status === 'QUEUED') world.meltano.moveJob({ status: 'COMPLETE' }, job);
    }
  };
  for (let lives = 0; lives < 100; lives += 1) {
    try {
      await world.runFor(id, 5_000);
    } catch (error) {
      if (!(error instanceof Killed)) throw error;
      world.restart();
    }
    if (purpose !== 'triggered') end();
    if ((await world.read(id)).state === 'concluded') break;
  }
  return Object.assign(world, { id });
}

test.each<[WatchPurpose, 'before' | 'after']>([
  ['triggered', 'before'],
  ['triggered', 'after'],
  ['run', 'before'],
  ['run', 'after'],
  ['verification', 'before'],
  ['verification', 'after'],
])(
  'a process that is killed at any step of a watch (%s), %s its effect, does nothing twice',
  async (purpose, when) => {
    let killer = new Killer(0, when);
    let kills = 0;
    do {
      killer = new Killer(kills + 1, when);
      const world = await play(purpose, killer);
      const { pipelines, ending } = await world.read(world.id);
      expect(ending).toBe('complete');
      for (const { pipelineId, outcome } of pipelines) {
        const made = world.meltano.pipelineJobs.get(pipelineId) ?? [];
        expect(made.length).toBeLessThanOrEqual(1);
        // A request that was never sent can't be told from one whose answer was lost.
        expect(outcome).toBe(made.length === 1 ? 'succeeded' : 'unknown');
      }
      expect(world.clock.elapsed()).toBeLessThan(10 * MINUTE);
      kills += 1;
    } while (killer.steps >= kills && kills < 60);
    expect(kills).toBeGreaterThan(6);
  },
);
