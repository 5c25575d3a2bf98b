import { describe, expect, test } from 'vitest';
import { NO_ANSWER, refuse } from './fake-meltano.ts';
import { World } from './reconcile-world.ts';

const OTHER_TYPES = ['PIPELINE_CONFIG', 'PIPELINE_RUN', 'PIPELINE_VERIFY', 'WORKSPACE_INIT', 'SOMETHING_NEW'];

describe.each(OTHER_TYPES)('a %s job of the workspace', (type) => {
  test('is never adopted for a push', async () => {
    const world = await World.open();
    const { id, sha } = await world.push();
    world.meltano.addJob({ type, status: 'RUNNING', commitId: sha });
    await world.step();
    expect(await world.read(id)).toMatchObject({ jobId: 'job-2', adopted: false });
  });

  test('holds up no deployment, even after a 409', async () => {
    const world = await World.open();
    const { id } = await world.push();
    world.meltano.addJob({ type, status: 'RUNNING' });
    world.meltano.next('startDeployment', refuse(409, 'Conflict'));
    await world.step();
    expect(await world.read(id)).toMatchObject({ attemptOutcome: 'refused' });
    await world.runFor(10_000);
    expect(await world.read(id)).toMatchObject({ jobId: 'job-2', state: 'queued' });
  });

  test('is never taken for the job of a lost answer', async () => {
    const world = await World.open();
    const { id } = await world.push();
    world.meltano.next('startDeployment', () => {
      world.meltano.addJob({ type: 'WORKSPACE_DEPLOY' });
      world.clock.advance(10);
      world.meltano.addJob({ type, status: 'RUNNING' });
      return NO_ANSWER;
    });
    await world.step();
    expect(await world.read(id)).toMatchObject({ jobId: 'job-1' });
    expect(world.meltano.count('startDeployment')).toBe(1);
  });
});
