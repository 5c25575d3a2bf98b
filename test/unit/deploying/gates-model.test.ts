import { expect, test } from 'vitest';
import type { Deployment } from '../../../src/domain/deployment.ts';
import type { ChecksGate } from '../../../src/domain/gate.ts';
import { judgeChecks } from '../../../src/domain/wanted-check.ts';
import { MINUTE, World } from './reconcile-world.ts';

/** `GATE_SEEDS=10000 npm test -- test/unit/deploying/gates-model.test.ts` plays more of them. */
const SEEDS = Number(process.env['GATE_SEEDS'] ?? 15);
const ACTIONS = 25;
const GATE: ChecksGate = {
  kind: 'checks',
  wanted: [{ name: 'test', app: null, accept: [] }],
  timeoutMinutes: 60,
  passed: null,
};

/** The same numbers for the same seed, from 0 to 1. */
function createRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1_664_525 + 1_013_904_223) % 4_294_967_296;
    return state / 4_294_967_296;
  };
}

/** A repository whose pushes and checks come in any order, some of them never. */
class Model {
  readonly world: World;
  readonly planned: string[] = [];
  readonly starts: { readonly head: string | null; readonly verdict: string }[] = [];
  readonly #random: () => number;
  readonly #commits: string[] = [];

  constructor(world: World, random: () => number) {
    this.world = world;
    this.#random = random;
    world.meltano.always('startDeployment', () => {
      const head = world.gateReads.head;
      const runs = world.gateReads.checks.get(head ?? '') ?? [];
      this.starts.push({ head, verdict: judgeChecks(GATE.wanted, { runs, openSuites: null }).kind });
      return undefined;
    });
  }

  #pick<T>(choices: readonly T[]): T {
    const picked = choices[Math.floor(this.#random() * choices.length)];
    if (picked === undefined) throw new Error('There is nothing to choose from.');
    return picked;
  }

  async act(): Promise<void> {
    const { world } = this;
    switch (this.#pick(['push', 'push', 'check', 'check', 'check', 'end', 'kill', 'away'])) {
      case 'push': {
        const sha = String(this.#commits.length + 1).padStart(40, 'c');
        this.#commits.push(sha);
        world.gateReads.head = sha;
        // A lost delivery: only the branch tells.
        if (this.#random() < 0.8) this.planned.push((await world.push({ sha, gates: [GATE] })).id);
        break;
      }
      case 'check':
        if (this.#commits.length === 0) break;
        world.gateReads.report(
          this.#pick(this.#commits.slice(-2)),
          this.#pick(['test', 'test', 'lint']),
          this.#pick([null, 'success', 'success', 'failure', 'cancelled']),
        );
        break;
      case 'end':
        this.endJobs();
        break;
      case 'kill':
        world.restart();
        break;
      case 'away':
        world.gateReads.isAway = !world.gateReads.isAway;
        break;
    }
  }

  endJobs(): void {
    for (const { id, status } of this.world.meltano.jobs) {
      if (status === 'COMPLETE' || status === 'ERROR') continue;
      this.world.meltano.moveJob({ status: this.#pick(['COMPLETE', 'ERROR']) }, id);
    }
  }

  async play(): Promise<void> {
    for (let count = 0; count < ACTIONS; count += 1) {
      await this.act();
      // What was read before counts for 2 s.
      this.world.clock.advance(3_000);
      await this.world.runFor(Math.round(this.#random() * 10 * MINUTE));
    }
    this.world.gateReads.isAway = false;
    this.endJobs();
    await this.world.runFor(61 * MINUTE);
    this.endJobs();
    await this.world.runFor(61 * MINUTE);
  }

  readAll(): Promise<Deployment[]> {
    return Promise.all(this.planned.map((id) => this.world.read(id)));
  }
}

test(
  'whatever the order of events, no start passes a closed gate, and each push ends once',
  async () => {
    for (let seed = 1; seed <= SEEDS; seed += 1) {
      const model = new Model(await World.open(), createRandom(seed));
      await model.play();
      const ends = model.world.concluded.map(({ id }) => id);
      const open = (await model.readAll()).filter(({ state }) => state !== 'concluded');
      expect({ seed, starts: model.starts.filter(({ verdict }) => verdict !== 'passed') }).toEqual({
        seed,
        starts: [],
      });
      expect({ seed, open: open.map(({ id, state }) => [id, state]) }).toEqual({ seed, open: [] });
      expect({ seed, ends: new Set(ends).size }).toEqual({ seed, ends: ends.length });
    }
  },
  60_000 + SEEDS * 1_000,
);
