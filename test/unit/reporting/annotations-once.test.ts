import { beforeEach, describe, expect, test } from 'vitest';
import { LOST, limit, REJECTED } from './fake-check-runs.ts';
import { SECOND, WriterWorld } from './writer-world.ts';

const ERRORS = [
  { path: 'meltano.yml', line: 12, column: 3, message: 'mapping values are not allowed here' },
  { path: 'models/a.sql', line: 4, column: null, message: 'broken' },
];

let world: WriterWorld;

beforeEach(async () => {
  world = await WriterWorld.open();
});

const kinds = () => world.api.calls.map((call) => call.kind);
const shown = (runId = 1) => world.api.annotations.get(runId)?.map(({ path }) => path);
const EACH_ONCE = ERRORS.map(({ path }) => path);

/** A run whose job is running. */
async function begin(): Promise<string> {
  const id = await world.push();
  await world.pass(0);
  await world.run(id);
  await world.pass(SECOND);
  return id;
}

describe('the annotations of a run', () => {
  test('come with its conclusion, once the run was asked for those it has', async () => {
    const id = await begin();
    await world.fail(id, ERRORS);
    await world.pass(SECOND * 5);
    expect(kinds()).toEqual(['create', 'update', 'countAnnotations', 'update']);
    expect(shown()).toEqual(EACH_ONCE);
    expect(world.api.writes().map(({ fields }) => fields?.output.annotations?.length)).toEqual([
      undefined,
      undefined,
      2,
    ]);
  });

  test('are not asked for where there are none', async () => {
    const id = await begin();
    await world.fail(id, []);
    await world.pass(SECOND * 5);
    expect(kinds()).toEqual(['create', 'update', 'update']);
  });

  test('are there once though the answer to the conclusion was lost, or the process died', async () => {
    const id = await begin();
    world.api.next('fine', { failure: LOST, made: true });
    await world.fail(id, ERRORS);
    await world.pass(0);
    expect(await world.isReported(id)).toBe(false);
    await world.restart();
    await world.tellConcluded(id);
    await world.pass(SECOND * 5);
    expect(shown()).toEqual(EACH_ONCE);
    expect(await world.isReported(id)).toBe(true);
    expect(world.api.runs[0]).toMatchObject({ conclusion: 'failure' });
  });

  test('are sent again when the conclusion did not get through', async () => {
    const id = await begin();
    world.api.next('fine', { failure: LOST });
    await world.fail(id, ERRORS);
    await world.pass(SECOND * 10);
    expect(shown()).toEqual(EACH_ONCE);
  });

  test('come with a run that is made for its conclusion, and only once when that answer was lost', async () => {
    world.api.next({ failure: limit(SECOND) }, { failure: LOST, made: true });
    const id = await world.push();
    await world.pass(0);
    await world.fail(id, ERRORS);
    await world.pass(SECOND * 10);
    expect(kinds()).toEqual(['create', 'create', 'find', 'countAnnotations', 'listAnnotations', 'update']);
    expect(world.api.runs).toHaveLength(1);
    expect(shown()).toEqual(EACH_ONCE);
  });

  test('wait when the run can not be asked', async () => {
    const id = await begin();
    world.api.next({ failure: LOST });
    await world.fail(id, ERRORS);
    await world.pass(SECOND * 10);
    expect(kinds().slice(2)).toEqual(['countAnnotations', 'countAnnotations', 'update']);
    expect(shown()).toEqual(EACH_ONCE);
  });

  test('that GitHub calls invalid do not keep the conclusion back', async () => {
    const id = await begin();
    world.api.next('fine', { failure: REJECTED });
    await world.fail(id, ERRORS);
    await world.pass(SECOND * 10);
    expect(kinds().slice(2)).toEqual(['countAnnotations', 'update', 'update']);
    expect(world.api.runs[0]).toMatchObject({ conclusion: 'failure' });
    expect(shown()).toEqual([]);
    expect(await world.isReported(id)).toBe(true);
  });
});
