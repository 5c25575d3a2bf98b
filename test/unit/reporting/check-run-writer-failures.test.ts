import { beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { LOST, limit, REJECTED } from './fake-check-runs.ts';
import { SECOND, START, WriterWorld } from './writer-world.ts';

let world: WriterWorld;

beforeEach(async () => {
  world = await WriterWorld.open();
});

test('a process that finds an existing run continues with it', async () => {
  const id = await world.push();
  await world.pass(0);
  await world.restart();
  await world.run(id);
  await world.pass(SECOND * 5);
  expect(world.api.writes()).toMatchObject([{ kind: 'create' }, { kind: 'update', runId: 1 }]);
});

describe('an update that failed', () => {
  test('is sent again with growing delays, as the deployment is by then', async () => {
    const id = await world.push();
    await world.pass(0);
    await world.run(id);
    world.api.next({ failure: LOST }, { failure: LOST }, { failure: LOST });
    await world.pass(SECOND * 2);
    await world.change(id, { jobStatus: 'PAUSED' });
    await world.pass(SECOND * 60);
    expect(world.api.writes().map((one) => (one.at - START) / SECOND)).toEqual([0, 1, 2, 4, 8]);
    expect(world.api.titles().at(-1)).toMatch('PAUSED');
    expect(await world.isReported(id)).toBe(true);
  });

  test('of a log that only grew is owed again', async () => {
    const id = await world.push();
    await world.run(id);
    await world.pass(SECOND * 10);
    world.api.next({ failure: LOST });
    await world.growLog(id, ['one']);
    await world.pass(SECOND * 60);
    expect(world.api.runs[0]?.output.text).toMatch('one');
  });

  test('may have been taken: the state before it is sent again when the deployment goes back to it', async () => {
    const id = await world.push();
    await world.pass(0);
    await world.run(id);
    await world.pass(SECOND * 10);
    const before = world.api.writes().length;
    world.api.next({ failure: LOST });
    await world.change(id, { problem: 'Meltano Cloud answered 503 Service Unavailable' });
    await world.pass(0);
    await world.change(id, { problem: null });
    await world.pass(SECOND * 10);
    const sent = world.api.titles().slice(before);
    expect(sent).toHaveLength(2);
    expect(sent[0]).toMatch('503');
    expect(sent[1]).not.toMatch('503');
  });

  test('holds no other run of the installation back', async () => {
    const id = await world.push();
    await world.pass(0);
    world.api.next({ failure: LOST }, { failure: LOST }, { failure: LOST }, { failure: LOST });
    await world.run(id);
    await world.pass(SECOND * 10);
    const other = await world.push();
    await world.pass(SECOND * 2);
    expect(await world.read(other)).toMatchObject({ checkRunId: 2 });
  });
});

describe('a limit', () => {
  test('stops every write of the installation for as long as GitHub asked, and no other installation’s', async () => {
    world.api.next({ failure: limit(SECOND * 90) });
    const ids = [await world.push(1)];
    await world.pass(0);
    ids.push(await world.push(1), await world.push(1));
    const other = await world.push(2);
    await world.pass(SECOND * 89);
    expect(world.api.writes().filter((one) => one.installationId === 1)).toHaveLength(1);
    expect((await world.read(other)).checkRunId).not.toBeNull();
    await world.pass(SECOND * 10);
    expect(await Promise.all(ids.map((id) => world.isReported(id)))).toEqual([true, true, true]);
  });

  test('longer than any timer does not make a busy loop', async () => {
    world.api.next({ failure: limit(30 * 86_400 * SECOND) });
    const timers = vi.fn(setTimeout);
    // A spy would bring the fake clock back when the next file runs.
    vi.stubGlobal('setTimeout', timers);
    onTestFinished(() => void vi.unstubAllGlobals());
    await world.push();
    await world.pass(SECOND * 60);
    expect(world.api.calls).toHaveLength(1);
    expect(timers.mock.calls.length).toBeLessThan(5);
    expect(timers).toHaveBeenCalled();
  });
});

describe('a run that GitHub refuses', () => {
  test('is given up after 13 tries, and said', async () => {
    world.api.broken.set(1, REJECTED);
    const id = await world.push();
    await world.pass(SECOND * 3600);
    expect(world.api.writes()).toHaveLength(13);
    expect(world.problems.at(-1)).toBe('Gave up on a check run that GitHub refuses');
    expect(await world.isReported(id)).toBe(true);
    expect(world.forgotten).toEqual([id]);
  });

  test('is tried again when the deployment changes', async () => {
    world.api.broken.set(1, REJECTED);
    const id = await world.push();
    await world.pass(SECOND * 3600);
    world.api.broken.clear();
    await world.run(id);
    await world.conclude(id);
    await world.pass(SECOND * 10);
    expect(world.api.runs).toMatchObject([{ status: 'completed' }]);
  });

  test('stops no run of another installation', async () => {
    world.api.broken.set(1, REJECTED);
    await world.push(1);
    const other = await world.push(2);
    await world.pass(SECOND);
    expect(await world.isReported(other)).toBe(true);
  });
});

test('a queue continues after an unexpected error, and the write is retried', async () => {
  const create = world.api.create.bind(world.api);
  world.api.create = async () => {
    throw new Error('unforeseen');
  };
  const id = await world.push();
  await world.pass(SECOND * 2);
  world.api.create = create;
  await world.pass(SECOND * 30);
  expect(await world.isReported(id)).toBe(true);
  expect(world.problems).toContain('A check run could not be written');
});

test('a deployment that is not stored is forgotten', async () => {
  const id = await world.push();
  await world.pass(0);
  world.writer.changed({ ...(await world.read(id)), id: 'gone' });
  await world.pass(SECOND * 60);
  expect(world.api.writes()).toHaveLength(1);
  expect(world.looks).toBe(2);
});
