import { beforeEach, describe, expect, test } from 'vitest';
import { LOST, limit } from './fake-check-runs.ts';
import { SECOND, START, WriterWorld } from './writer-world.ts';

let world: WriterWorld;

beforeEach(async () => {
  world = await WriterWorld.open();
});

test('a new deployment is a queued run at once, and the writing of it is noted', async () => {
  const id = await world.push();
  await world.pass(0);
  expect(world.api.writes()).toMatchObject([{ kind: 'create', at: START, fields: { status: 'queued' } }]);
  expect(await world.read(id)).toMatchObject({
    checkRunId: 1,
    checkRunUrl: 'https://github.com/acme/data/runs/1',
  });
  expect(await world.isReported(id)).toBe(true);
  expect(world.written).toMatchObject([{ id, checkRunId: null, receivedAt: START }]);
});

test('a change is written a second later, not sooner', async () => {
  const id = await world.push();
  await world.pass(0);
  await world.run(id);
  await world.pass(SECOND - 1);
  expect(world.api.writes()).toHaveLength(1);
  await world.pass(1);
  expect(world.api.writes()[1]).toMatchObject({
    kind: 'update',
    runId: 1,
    fields: { status: 'in_progress' },
  });
});

test('a burst of changes makes one write, of the newest state', async () => {
  const id = await world.push();
  await world.pass(0);
  for (let n = 0; n < 20; n += 1) await world.change(id, { state: 'starting', problem: `trouble ${n}` });
  await world.pass(SECOND * 30);
  expect(world.api.writes()).toHaveLength(2);
  expect(world.api.titles()[1]).toMatch('trouble 19');
});

test('changes during a write are written after it', async () => {
  const open = world.api.holdAnswers();
  const id = await world.push();
  await world.pass(0);
  await world.change(id, { state: 'starting', problem: 'trouble' });
  await world.pass(SECOND * 10);
  expect(world.api.writes()).toHaveLength(1);
  open();
  await world.pass(SECOND * 10);
  expect(world.api.writes().map((one) => one.kind)).toEqual(['create', 'update']);
  expect(await world.isReported(id)).toBe(true);
});

test('nothing is written when nothing that the run shows changed, and the report is done all the same', async () => {
  const id = await world.push();
  await world.pass(0);
  await world.change(id, { workspaceName: 'Analytics' });
  await world.growLog(id, []);
  await world.pass(SECOND * 60);
  expect(world.api.writes()).toHaveLength(1);
  expect(await world.isReported(id)).toBe(true);
});

test('the mere passing of time writes nothing', async () => {
  const id = await world.push();
  await world.run(id);
  await world.pass(SECOND * 600);
  const written = world.api.writes().length;
  world.writer.changed(await world.read(id));
  await world.pass(SECOND * 600);
  expect(world.api.writes()).toHaveLength(written);
});

test('a log that grows is written at its pace, and what came in between with it', async () => {
  const id = await world.push();
  await world.pass(0);
  await world.run(id);
  await world.pass(SECOND);
  const lines: string[] = [];
  for (let n = 0; n < 40; n += 1) {
    lines.push(`line ${n}`);
    await world.growLog(id, [...lines]);
    await world.pass(SECOND);
  }
  const logs = world.api.writes().slice(2);
  expect(logs.map((one) => (one.at - START) / SECOND)).toEqual([6, 11, 16, 21, 26, 31, 36]);
  expect(logs.at(-1)?.fields?.output.text).toMatch('line 35');
});

describe('a conclusion', () => {
  test('is one write, and waits for the log', async () => {
    const id = await world.push();
    await world.pass(0);
    await world.run(id);
    await world.pass(SECOND);
    await world.conclude(id, false);
    await world.growLog(id, ['early']);
    await world.pass(SECOND * 120);
    expect(world.api.writes()).toHaveLength(2);
    await world.growLog(id, ['early', 'last line']);
    await world.tellConcluded(id);
    await world.pass(SECOND * 120);
    expect(world.api.writes()).toHaveLength(3);
    expect(world.api.runs).toMatchObject([{ status: 'completed', conclusion: 'success' }]);
    expect(world.api.runs[0]?.output.text).toMatch('last line');
    expect(await world.isReported(id)).toBe(true);
    expect(world.forgotten).toEqual([id]);
  });

  test('that comes before the run was created is a create', async () => {
    world.api.next({ failure: limit(SECOND * 5) });
    const id = await world.push();
    await world.pass(0);
    await world.run(id);
    await world.conclude(id);
    await world.pass(SECOND * 60);
    expect(world.api.writes().slice(1)).toMatchObject([{ kind: 'create', fields: { status: 'completed' } }]);
    expect(world.forgotten).toEqual([id]);
  });

  test('that is awaited after a failed write costs nothing', async () => {
    const id = await world.push();
    await world.pass(0);
    await world.run(id);
    world.api.next({ failure: LOST });
    await world.pass(SECOND);
    await world.conclude(id, false);
    const looks = world.looks;
    await world.pass(SECOND * 60);
    expect(world.looks - looks).toBeLessThan(5);
    expect(world.problems).toEqual(['GitHub did not accept a check run']);
    await world.tellConcluded(id);
    await world.pass(SECOND * 2);
    expect(world.api.runs).toMatchObject([{ status: 'completed' }]);
  });

  test('is told before, during and after its write began, and written once', async () => {
    const id = await world.push();
    await world.pass(0);
    await world.conclude(id);
    await world.tellConcluded(id);
    const open = world.api.holdAnswers();
    await world.pass(SECOND);
    await world.tellConcluded(id);
    open();
    await world.pass(SECOND * 60);
    expect(world.api.writes()).toHaveLength(2);
  });
});

test('a superseded deployment links to the one that replaced it, whose run is made first', async () => {
  const workspaceId = '71c0ef56-7f7e-47c1-9700-2d7e2eb5a04e';
  await world.push(1, { workspaceId, sha: 'a'.repeat(40) });
  await world.pass(0);
  await world.pass(SECOND * 5);
  await world.push(1, { workspaceId, sha: 'd'.repeat(40) });
  await world.pass(SECOND * 5);
  expect(world.api.writes().map((one) => one.kind)).toEqual(['create', 'create', 'update']);
  expect(world.api.runs[0]).toMatchObject({
    status: 'completed',
    conclusion: 'skipped',
    output: { title: 'Superseded by ddddddd' },
  });
  expect(world.api.runs[0]?.output.summary).toMatch('https://github.com/acme/data/runs/2');
});

test('runs that are no longer watched link to the newer deployment, whose check run is made first', async () => {
  const open = world.api.holdAnswers();
  const supersededBy = await world.push(1, { sha: 'd'.repeat(40) });
  await world.pass(0);
  const watch = await world.stores.addPipelineWatch({
    id: 'pipelines:triggered:1',
    purpose: 'triggered',
    account: 'environment',
    workspaceId: 'w',
    repositoryId: 101,
    installationId: 1,
    workspaceName: 'Analytics',
    directory: null,
    log: null,
    checkName: 'runs',
    sha: 'a'.repeat(40),
    deploymentId: null,
    deliveryId: null,
    requestedBy: '',
    pipelines: [],
    createdAt: START,
  });
  const ended = { state: 'concluded', ending: 'superseded', supersededBy, concludedAt: START } as const;
  const saved = await world.stores.savePipelineWatch(watch?.id ?? '', ended);
  if (saved) world.writer.pipelinesChanged(saved);
  await world.pass(SECOND * 2);
  expect(world.api.writes()).toHaveLength(1);
  open();
  await world.pass(SECOND * 5);
  expect(world.api.runs[1]).toMatchObject({
    conclusion: 'neutral',
    output: { title: 'No longer watched: ddddddd is being deployed' },
  });
  expect(world.api.runs[1]?.output.summary).toContain('https://github.com/acme/data/runs/1');
});

test('a deployment that waits names the one that it waits for', async () => {
  const workspaceId = '71c0ef56-7f7e-47c1-9700-2d7e2eb5a04e';
  const first = await world.push(1, { workspaceId, sha: 'a'.repeat(40) });
  await world.run(first);
  await world.push(1, { workspaceId, sha: 'd'.repeat(40), pushedAt: START + SECOND });
  await world.pass(SECOND * 5);
  expect(world.api.titles()).toContain('Waiting for aaaaaaa, which is being deployed');
});

test('after a stop nothing is sent, and the write under way is awaited', async () => {
  const open = world.api.holdAnswers();
  const id = await world.push();
  await world.pass(0);
  await world.change(id, { state: 'starting', problem: 'trouble' });
  let stopped = false;
  const stopping = world.writer.stop().then(() => {
    stopped = true;
  });
  await world.pass(SECOND * 60);
  expect(stopped).toBe(false);
  open();
  await stopping;
  await world.pass(SECOND * 60);
  world.writer.changed(await world.read(id));
  await world.pass(SECOND * 60);
  expect(world.api.writes()).toHaveLength(1);
  expect((await world.read(id)).checkRunId).toBe(1);
});
