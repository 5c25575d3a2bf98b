import { expect, test } from 'vitest';
import { inWorld, REPOSITORY, type World } from './world.ts';

const CREATE = { method: 'POST', path: /acme.*check-runs$/ } as const;

/** A push that ten workspaces track. */
async function pushForTen(world: World): Promise<string> {
  for (let number = 2; number <= 10; number += 1) {
    world.meltano.addWorkspace({
      name: `Workspace ${number}`,
      repositoryUrl: world.app.sandbox.repositoryUrl(REPOSITORY),
    });
  }
  return world.push().after;
}

test.concurrent('one create that GitHub does not answer holds up no other of the same push', () =>
  inWorld(async (world) => {
    const fault = world.github.service.faults.add({
      ...CREATE,
      times: 1,
      action: { kind: 'hang', when: 'before' },
    });
    const after = await pushForTen(world);
    await world.until(() => world.github.checks.runs(REPOSITORY, after).length === 9, 'nine check runs');
    fault.remove();
  }));

test.concurrent('ten workspaces of one push: all are reported, from start to end, within GitHub’s limits', () =>
  inWorld(async (world) => {
    const after = await pushForTen(world);
    const runs = () => world.github.checks.runs(REPOSITORY, after);
    await world.until(() => runs().length === 10 && world.meltano.jobs.length === 10, 'ten jobs');
    for (const job of world.meltano.jobs) job.run();
    for (const job of world.meltano.jobs) job.end('COMPLETE');
    await world.until(() => runs().every((run) => run.conclusion === 'success'), 'ten conclusions');
    expect(world.github.service.exchanges.filter(({ status }) => status === 403)).toEqual([]);
  }));

test.concurrent('two creates that GitHub answers with 503 are followed by one that counts', () =>
  inWorld(async (world) => {
    const fault = world.github.service.faults.add({
      ...CREATE,
      times: 2,
      action: { kind: 'status', status: 503 },
    });
    const { after } = world.push();
    await world.until(() => world.github.checks.runs(REPOSITORY, after).length === 1, 'the check run');
    expect(fault.hits).toBe(2);
  }));

test.concurrent('after a secondary limit no write goes out, and jobs are started all the same', () =>
  inWorld(async (world) => {
    world.github.service.faults.add({
      ...CREATE,
      times: 1,
      action: { kind: 'status', status: 403, headers: { 'retry-after': '6' } },
    });
    // Those under way at the same time: the app reads the refusal before their answers.
    world.github.service.faults.add({ ...CREATE, times: 4, action: { kind: 'delay', ms: 1_000 } });
    const after = await pushForTen(world);
    await world.until(() => world.meltano.jobs.length === 10, 'ten jobs');
    await world.until(() => world.github.checks.runs(REPOSITORY, after).length === 10, 'ten check runs');
    const writes = world.github.service.exchanges.filter(({ path }) => /acme.*check-runs/.test(path));
    const refusedAt = writes.find(({ status }) => status === 403)?.at ?? 0;
    const sent = writes.filter(
      ({ method, at }) => method !== 'GET' && at > refusedAt && at < refusedAt + 5_900,
    );
    expect(sent.length).toBeLessThan(5);
  }));
