import { afterAll, expect, test } from 'vitest';
import type { Deployment } from '../../../src/domain/deployment.ts';
import { GatesModel } from './gates-model.ts';

/** `npm run gates-model` plays 10,000; `GATE_SEED` sets where it begins. */
const SEEDS = Number(process.env['GATE_SEEDS'] ?? 10);
const FIRST = Number(process.env['GATE_SEED'] ?? 1);
/** Each seed has a database, which is closed with its test. */
const SEEDS_OF_ONE = 25;

const seen = new Map<string, number>();
const counts = { seeds: 0, starts: 0, forced: 0, deployments: 0, openedAgain: 0 };

for (let from = FIRST; from < FIRST + SEEDS; from += SEEDS_OF_ONE) {
  const to = Math.min(from + SEEDS_OF_ONE, FIRST + SEEDS);
  test(`no start passes a closed gate, and each deployment ends once: seeds ${from} to ${to - 1}`, async () => {
    for (let seed = from; seed < to; seed += 1) await play(seed);
  });
}

async function play(seed: number): Promise<void> {
  const model = await GatesModel.open(seed);
  await model.play();
  const head = await model.calm();
  const { starts, history, late, reopened } = model;
  // Meltano Cloud refused to start it for too long.
  const timedOut = (await model.readAll()).filter(({ reason }) => reason === 'start_timeout');
  const found = {
    closed: starts.filter(({ closed }) => closed.length > 0),
    stale: starts.filter(({ headMs }) => headMs > 2_000),
    late,
    reopened,
    isDeployed: head === null || model.accepted.has(head) || timedOut.some(({ sha }) => sha === head),
  };
  const right = { closed: [], stale: [], late: [], reopened: [], isDeployed: true };
  const gates = model.gates.map(({ kind }) => kind);
  expect({ seed, gates, history, ...found }).toEqual({ seed, gates, history, ...right });
  if (seed % 20 === 0) await model.forget();
  const all = await model.readAll();
  const open = all
    .filter(({ state }) => state !== 'concluded')
    .map(({ id, state, hold }) => [id, state, hold]);
  const ends = model.world.concluded.map(({ id }) => id);
  const twice = ends.filter((id, index) => ends.indexOf(id) !== index);
  expect({ seed, history, open, twice }).toEqual({ seed, history, open: [], twice: [] });
  count(model, all);
}

function count(model: GatesModel, all: readonly Deployment[]): void {
  counts.seeds += 1;
  counts.starts += model.starts.length;
  counts.forced += model.starts.filter(({ forced }) => forced).length;
  counts.deployments += all.length;
  counts.openedAgain += all.filter(({ redeployOf }) => redeployOf !== null).length;
  for (const [what, times] of model.seen) seen.set(what, (seen.get(what) ?? 0) + times);
}

afterAll(() => {
  if (process.env['GATE_SEEDS']) console.log(counts, [...seen].sort());
});
