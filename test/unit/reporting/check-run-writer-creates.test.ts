import { beforeEach, describe, expect, test } from 'vitest';
import { LOST, limit, REJECTED } from './fake-check-runs.ts';
import { SECOND, START, WriterWorld } from './writer-world.ts';

let world: WriterWorld;

beforeEach(async () => {
  world = await WriterWorld.open();
});

/** Seconds since the start of each request of a kind. */
const times = (kind: string) =>
  world.api.calls.filter((call) => call.kind === kind).map(({ at }) => (at - START) / SECOND);
const kinds = () => world.api.calls.map((call) => call.kind);

describe('a create whose answer was lost', () => {
  test('is looked for before anything is created again, and the run found is brought up to date', async () => {
    world.api.next({ failure: LOST, made: true });
    const id = await world.push();
    await world.pass(0);
    await world.run(id);
    await world.pass(SECOND * 5);
    expect(kinds()).toEqual(['create', 'find', 'update']);
    expect(world.api.runs).toMatchObject([{ status: 'in_progress' }]);
    expect(await world.read(id)).toMatchObject({ checkRunId: 1 });
  });

  test('is looked for after 1, 2 and 4 seconds while the run may not show yet, and no second one is made', async () => {
    world.api.next({ failure: LOST, made: true });
    world.api.hidden = true;
    await world.push();
    await world.pass(SECOND * 3);
    world.api.hidden = false;
    await world.pass(SECOND * 120);
    expect(times('find')).toEqual([1, 2, 4]);
    expect(times('create')).toEqual([0]);
    expect(times('update')).toEqual([4]);
  });

  test.each([
    [1, [0, 5]],
    [2, [0, 5, 10]],
    [4, [0, 5, 10, 15, 25]],
    [6, [0, 5, 10, 15, 25, 45, 85]],
  ])(
    '%i in a row: sent again after 5 seconds, and from the fourth on after twice as long',
    async (count, seconds) => {
      world.api.nextCreates(...Array.from({ length: count }, () => ({ failure: LOST })));
      const id = await world.push();
      await world.pass(SECOND * 300);
      expect(times('create')).toEqual(seconds);
      expect(world.api.runs).toHaveLength(1);
      expect(await world.isReported(id)).toBe(true);
    },
  );

  test('is looked for by the next process too', async () => {
    world.api.next({ failure: LOST, made: true });
    const id = await world.push();
    await world.pass(0);
    await world.restart();
    world.writer.changed(await world.read(id));
    await world.pass(SECOND * 5);
    expect(kinds()).toEqual(['create', 'find', 'update']);
    expect(world.api.runs).toHaveLength(1);
  });

  test('is not looked for when the answer said that nothing was made', async () => {
    world.api.next({ failure: limit(SECOND * 3) }, { failure: REJECTED });
    await world.push();
    await world.pass(SECOND * 30);
    expect(kinds()).toEqual(['create', 'create', 'create']);
  });

  test('is looked for again when the search itself fails', async () => {
    world.api.next({ failure: LOST, made: true }, { failure: LOST });
    await world.push();
    await world.pass(SECOND * 20);
    expect(kinds()).toEqual(['create', 'find', 'find', 'update']);
  });
});

test('looks that are not answered count as nothing: the create goes out once one is', async () => {
  world.api.broken.set(1, LOST);
  await world.push();
  await world.pass(SECOND * 8);
  world.api.broken.clear();
  await world.pass(SECOND * 10);
  expect(times('create')).toHaveLength(2);
  expect(times('create')[1]).toBeLessThanOrEqual(13);
  expect(world.api.runs).toHaveLength(1);
});

describe('a run that was created twice', () => {
  /** The first create is not answered, and shows its effect after the second. */
  async function createTwice(): Promise<string> {
    world.api.nextCreates({ failure: LOST });
    const id = await world.push();
    await world.pass(0);
    const [lost] = world.api.writes();
    await world.pass(SECOND * 10);
    expect(times('create')).toEqual([0, 5]);
    if (lost?.fields) world.api.runs.unshift(lost.fields);
    await world.stores.saveReport(id, { checkRunId: 2 });
    return id;
  }

  function expectSettled(): void {
    expect(world.api.runs).toMatchObject([
      {
        status: 'completed',
        conclusion: 'neutral',
        output: { title: 'Duplicate of check run 2', summary: expect.stringMatching('acme/data/runs/2') },
      },
      { external_id: world.api.runs[0]?.external_id },
    ]);
    expect(world.api.runs[1]?.output.title).not.toMatch('Duplicate');
  }

  test('is found a minute after the create: the older one ends as neutral, with a link', async () => {
    const id = await createTwice();
    await world.run(id);
    await world.pass(SECOND * 20);
    expect(world.api.runs[0]).toMatchObject({ status: 'queued' });
    await world.pass(SECOND * 60);
    expectSettled();
    expect(world.api.runs[1]).toMatchObject({ status: 'in_progress' });
    const asked = world.api.calls.length;
    await world.pass(SECOND * 600);
    expect(world.api.calls).toHaveLength(asked);
  });

  test('is found so although the deployment is over long before, and by the next process too', async () => {
    const id = await createTwice();
    await world.conclude(id);
    await world.pass(SECOND * 5);
    expect(await world.isReported(id)).toBe(true);
    await world.restart();
    for (const one of await world.stores.listUnreported()) world.writer.changed(one);
    await world.pass(SECOND * 70);
    expectSettled();
    expect(world.api.runs[1]).toMatchObject({ conclusion: 'success' });
    expect(await world.stores.listUnreported()).toEqual([]);
    expect(world.forgotten).toContain(id);
  });

  test('is found at a look: the newest is gone on with', async () => {
    world.api.nextCreates({ failure: LOST, made: true }, { failure: LOST, made: true });
    world.api.hidden = true;
    const id = await world.push();
    await world.pass(SECOND * 5.5);
    world.api.hidden = false;
    await world.pass(SECOND * 10);
    expectSettled();
    expect(await world.read(id)).toMatchObject({ checkRunId: 2, checkRunAttemptedAt: null });
    await world.run(id);
    await world.pass(SECOND * 5);
    expect(world.api.runs[1]).toMatchObject({ status: 'in_progress' });
  });

  test('and whose late one is the newest: continues with that one', async () => {
    world.api.nextCreates({ failure: LOST });
    const id = await world.push();
    await world.pass(SECOND * 10);
    const [lost] = world.api.writes();
    if (lost?.fields) world.api.turnUp(lost.fields);
    await world.run(id);
    await world.pass(SECOND * 90);
    expectSettled();
    expect(world.api.runs[1]).toMatchObject({ status: 'in_progress' });
    expect(await world.read(id)).toMatchObject({ checkRunId: 2 });
  });
});

describe('a run that was concluded as a duplicate', () => {
  function expectSettled(): void {
    expect(world.api.reopened).toEqual([]);
    expect(world.api.runs).toMatchObject([
      { conclusion: 'neutral', output: { title: 'Duplicate of check run 2' } },
      { status: 'in_progress' },
    ]);
  }

  test('is not gone on with when a later look shows it alone', async () => {
    world.api.nextCreates({ failure: LOST, made: true }, { failure: LOST, made: true }, { failure: LOST });
    world.api.hidden = true;
    const id = await world.push();
    await world.pass(SECOND * 11);
    world.api.hidden = false;
    await world.pass(SECOND * 10);
    expect(world.api.runs).toMatchObject([{ conclusion: 'neutral' }, { status: 'queued' }]);
    world.api.missing.add(2);
    await world.run(id);
    await world.pass(SECOND * 90);
    expectSettled();
    expect(await world.read(id)).toMatchObject({ checkRunId: 2, checkRunAttemptedAt: null });
  });

  test('is the older one also where the last look shows it alone and open', async () => {
    world.api.nextCreates({ failure: LOST, made: true });
    world.api.hidden = true;
    const id = await world.push();
    await world.pass(SECOND * 6);
    expect(times('create')).toEqual([0, 5]);
    world.api.hidden = false;
    world.api.missing.add(2);
    await world.run(id);
    await world.pass(SECOND * 90);
    expectSettled();
    expect(await world.read(id)).toMatchObject({ checkRunId: 2, checkRunAttemptedAt: null });
  });

  /** Both creates had their effect and none was answered; the newer run shows a minute later, when the other is found. */
  async function pushShownLate(): Promise<string> {
    world.api.nextCreates({ failure: LOST, made: true }, { failure: LOST, made: true });
    world.api.hidden = true;
    const id = await world.push();
    await world.pass(SECOND * 5.5);
    world.api.hidden = false;
    world.api.missing.add(2);
    await world.pass(SECOND * 10);
    expect(await world.read(id)).toMatchObject({ checkRunId: 1 });
    world.api.missing.clear();
    return id;
  }

  test('is not gone on with by the next process either, when the one before ended in the middle', async () => {
    const id = await pushShownLate();
    world.api.next('fine', { failure: LOST, made: true });
    await world.pass(SECOND * 51);
    expect(world.api.runs).toMatchObject([{ conclusion: 'neutral' }, { status: 'queued' }]);
    await world.restart();
    await world.run(id);
    await world.pass(SECOND * 90);
    expectSettled();
    expect(await world.read(id)).toMatchObject({ checkRunId: 2, checkRunAttemptedAt: null });
  });

  test.each([
    ['by the next process', LOST, true],
    ['after a limit', limit(SECOND * 3), false],
  ])('has a newer one that is brought up to date %s, although nothing changes', async (_, failure, ends) => {
    const id = await pushShownLate();
    await world.run(id);
    await world.pass(SECOND * 10);
    expect(world.api.runs).toMatchObject([{ status: 'in_progress' }, { status: 'queued' }]);
    world.api.next('fine', { failure, made: ends });
    await world.pass(SECOND * 41);
    if (ends) await world.restart();
    for (const one of await world.stores.listUnreported()) world.writer.changed(one);
    await world.pass(SECOND * 90);
    expectSettled();
    expect(await world.isReported(id)).toBe(true);
  });

  test('is concluded a minute later when that failed at first', async () => {
    world.api.nextCreates({ failure: LOST, made: true }, { failure: LOST, made: true });
    world.api.hidden = true;
    const id = await world.push();
    await world.pass(SECOND * 5.5);
    world.api.hidden = false;
    world.api.next('fine', { failure: REJECTED });
    await world.run(id);
    await world.pass(SECOND * 90);
    expectSettled();
    expect(await world.read(id)).toMatchObject({ checkRunId: 2, checkRunAttemptedAt: null });
  });
});

test('a create that was answered is not looked for later', async () => {
  await world.push();
  await world.pass(SECOND * 200);
  expect(kinds()).toEqual(['create']);
});
