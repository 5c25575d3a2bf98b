import { expect, test } from 'vitest';
import { inNotifyWorld, JSON_ENTRY } from './notify-world.ts';
import { REPOSITORY } from './world.ts';

test.concurrent('a failure and its repair are told, a success is not', () =>
  inNotifyWorld(JSON_ENTRY, async (it) => {
    const { world, receiver } = it;
    await it.deploy('COMPLETE');
    const failed = await it.deploy('ERROR');
    const first = await it.message(1);
    expect(first.body).toMatchObject({
      type: 'failed',
      data: {
        reason: 'job_failed',
        conclusion: 'failure',
        summary: expect.stringMatching(/^Failed after /),
        workspace: { id: world.workspace.id, name: 'Analytics' },
        repository: { name: REPOSITORY },
        branch: 'main',
        commit: { requested: failed, deployed: failed },
        url: world.run(failed)?.htmlUrl,
      },
    });
    const repaired = await it.deploy('COMPLETE');
    const second = await it.message(2);
    expect(second.body).toMatchObject({ type: 'repaired', data: { commit: { requested: repaired } } });
    expect(second.id).not.toBe(first.id);
    await it.deploy('COMPLETE');
    await it.deploy('ERROR');
    expect((await it.message(3)).body['type']).toBe('failed');
    expect(receiver.refusals).toEqual([]);
    expect(receiver.received).toHaveLength(3);
    expect(JSON.stringify(receiver.received)).not.toContain('orders');
  }));
