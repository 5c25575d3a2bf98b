import { expect, test } from 'vitest';
import { RequiredModel } from './required-model.ts';

/** `npm run required-model` plays 5,000; `REQUIRED_SEED` sets where it begins. */
const EVENTS = Number(process.env['REQUIRED_EVENTS'] ?? 100);
const SEED = Number(process.env['REQUIRED_SEED'] ?? 20);
/** In one repository; then another one begins. */
const EVENTS_OF_ONE = 50;

test('no head stays without its required check, and each ends as its deployments do', async () => {
  for (let played = 0; played < EVENTS; played += EVENTS_OF_ONE) {
    const seed = SEED + played / EVENTS_OF_ONE;
    const model = await RequiredModel.openSeeded(seed);
    for (let event = 0; event < EVENTS_OF_ONE; event += 1) {
      await model.step();
      if (event % 10 === 9)
        expect({ seed, event, unreported: await model.listUnreported() }).toMatchObject({ unreported: [] });
    }
    await model.finish();
    expect(model.api.reopened).toEqual([]);
    for (const sha of model.heads) {
      const runs = model.runsOf(sha).filter(({ output }) => !output.title.startsWith('Duplicate'));
      const found = runs.map(({ status }) => status);
      expect({ seed, sha, found }).toEqual({ seed, sha, found: found.map(() => 'completed') });
      expect({ seed, sha, conclusion: runs.at(-1)?.conclusion }).toEqual({
        seed,
        sha,
        conclusion: await model.expected(sha),
      });
    }
  }
});
