import { describe, expect, type TestContext, test } from 'vitest';
import type { Exchange } from '../../sandbox/http/http-service.ts';
import type { SandboxJob } from '../../sandbox/meltano/sandbox-job.ts';
import { ConversationWorld } from './conversation-world.ts';
import { REPOSITORY, World } from './world.ts';

const NEIGHBOUR = 'other/data';
const MINUTE = 60_000;

/** A second account has the app too, a repository and a workspace. */
async function open(
  { onTestFinished }: Pick<TestContext, 'onTestFinished'>,
  env: Record<string, string> = {},
): Promise<World> {
  const world = await World.open({ env });
  onTestFinished(() => world.close());
  const { github, meltano, app } = world;
  github.installations.add({ account: 'other' });
  github.repositories.add({ fullName: NEIGHBOUR, private: true, files: { 'models/a.sql': '1' } });
  meltano.addWorkspace({ name: 'Neighbour', repositoryUrl: app.sandbox.repositoryUrl(NEIGHBOUR) });
  meltano.script = ({ workspace }) => (workspace.name === 'Neighbour' ? {} : 'manual');
  return world;
}

function installationOf({ github }: World): number {
  const id = github.installations.list().find((one) => one.account === 'acme')?.id;
  if (id === undefined) throw new Error('The app is not installed.');
  return id;
}

/** A push whose job is queued, and shown so. */
async function pushQueued(world: World): Promise<{ after: string; job: SandboxJob }> {
  const { after } = world.push();
  const job = await world.job(1);
  await world.untilTitle(after, 'Queued on Meltano Cloud');
  return { after, job };
}

function finish(job: SandboxJob): void {
  job.run();
  job.end('COMPLETE');
}

/** Checks that the other installation's push becomes a concluded check run. */
async function expectNeighbourServed(world: World): Promise<void> {
  const { after } = world.github.branches.push({ repository: NEIGHBOUR, files: { 'models/a.sql': '2' } });
  await world.until(
    () => world.github.checks.runs(NEIGHBOUR, after).some((run) => run.conclusion === 'success'),
    'the neighbour’s conclusion',
  );
}

const untilRefused = (world: World, kind: string) =>
  world.untilLogged('GitHub did not accept a check run', { kind });

/** Requests about acme's check runs, and for its tokens, since the n-th exchange. */
function asked(world: World, since = 0): Exchange[] {
  const neighbour = world.github.installations.list().find((one) => one.account === 'other')?.id;
  const isNeighbours = (path: string) =>
    path.includes(NEIGHBOUR) || path.includes(`/installations/${neighbour}/`);
  return world.github.service.exchanges
    .slice(since)
    .filter(({ path }) => /check-runs|access_tokens/.test(path) && !isNeighbours(path));
}

describe.concurrent('the requests of an hour', () => {
  test('nearly used up: states wait, creates and conclusions go out, and all is well after the reset', async (context) => {
    const world = await open(context);
    const { after, job } = await pushQueued(world);
    world.github.limits.leave(installationOf(world), { remaining: 400, resetInMs: 70 * MINUTE });
    const second = world.push();
    await world.untilTitle(second.after, /^Waiting for/);
    await world.untilLogged(
      'Few requests to GitHub are left: logs (then other changes) wait for the reset, new and final check runs do not',
      { installation: installationOf(world) },
    );
    finish(job);
    const concluded = await world.untilConcluded(after);
    expect(concluded.history.map((one) => one.status)).not.toContain('in_progress');
    const next = await world.job(2);
    next.run();
    // The answer to the next create shows the new hour.
    world.github.limits.leave(installationOf(world), { remaining: 5_000, resetInMs: 80 * MINUTE });
    const third = world.push();
    await world.untilTitle(third.after, /^Waiting for/);
    await world.untilTitle(second.after, /^Running/);
  });

  test('used up: the write waits for the reset, and no other installation does', async (context) => {
    const world = await open(context);
    // The configuration is known, so a push to another branch needs no request before its create.
    world.workspace.repositoryBranch = 'dev';
    // The reads of the project check might meet the limit before the create does.
    world.push({ files: { '.github/meltano-deploy.yml': 'checks:\n  project: off\n' } });
    const first = world.push({ branch: 'dev', from: 'main' });
    finish(await world.job(1));
    await world.untilConcluded(first.after);
    world.github.limits.leave(installationOf(world), { remaining: 0, resetInMs: 10_000 });
    const { after } = world.push({ branch: 'dev' });
    await untilRefused(world, 'limited');
    await expectNeighbourServed(world);
    finish(await world.job(2));
    expect((await world.untilConcluded(after)).conclusion).toBe('success');
    const creates = asked(world).filter((one) => one.method === 'POST' && one.path.endsWith('/check-runs'));
    expect(creates).toHaveLength(3);
    expect(creates[1]?.status).toBe(403);
  });

  test('used up: a push to the default branch is planned after the reset', async (context) => {
    const world = await open(context);
    world.github.limits.leave(installationOf(world), { remaining: 0, resetInMs: 10_000 });
    const { after } = world.push();
    await world.untilLogged('The delivery could not be planned: trying again');
    expect(world.meltano.jobs).toEqual([]);
    finish(await world.job(1));
    expect((await world.untilConcluded(after)).conclusion).toBe('success');
  });
});

test.concurrent('commands leave the last requests of an hour to deployments, and are answered after the reset', async (context) => {
  const world = await open(context);
  const { github } = world;
  const { after, job } = await pushQueued(world);
  github.people.setRole(REPOSITORY, { login: 'ana', role: 'write' });
  github.limits.leave(installationOf(world), { remaining: 900, resetInMs: 70 * MINUTE });
  // The answer to its create shows how few are left.
  const second = world.push();
  await world.untilTitle(second.after, /^Waiting for/);
  const issues = Array.from({ length: 3 }, () => {
    const { number } = github.conversations.openIssue({ repository: REPOSITORY, author: 'ana' });
    github.conversations.comment({ repository: REPOSITORY, number, body: '/meltano help', author: 'ana' });
    return number;
  });
  await world.untilLogged('The delivery could not be planned: trying again', { attempts: 2 });
  finish(job);
  expect((await world.untilConcluded(after)).conclusion).toBe('success');
  const ofCommands = /\/(comments|reactions|permission)(\/\d+)?$/;
  expect(github.service.exchanges.filter(({ path }) => ofCommands.test(path))).toEqual([]);
  github.limits.leave(installationOf(world), { remaining: 5_000, resetInMs: 80 * MINUTE });
  const third = world.push();
  await world.untilTitle(third.after, /^Waiting for/);
  const isAnswered = (number: number) =>
    github.conversations.comments(REPOSITORY, number).some((one) => one.viaApp);
  await world.until(() => issues.every(isAnswered), 'a reply to each');
});

test.concurrent('a secondary limit as 429: waited for as long as GitHub says', async (context) => {
  const world = await open(context);
  const { after, job } = await pushQueued(world);
  const fault = world.github.service.faults.add({
    method: 'PATCH',
    path: /acme.*check-runs/,
    times: 1,
    action: { kind: 'status', status: 429, headers: { 'retry-after': '2' } },
  });
  finish(job);
  await untilRefused(world, 'limited');
  await expectNeighbourServed(world);
  expect((await world.untilConcluded(after)).conclusion).toBe('success');
  expect(fault.hits).toBe(1);
});

test.concurrent.for([
  ['502 although it was done', { kind: 'status-after', status: 502 }],
  ['nothing, and was done', { kind: 'hang', when: 'after', ms: 300 }],
] as const)('a create answered with %s is looked for, not sent again', async ([_, action], context) => {
  const world = await open(context);
  const path = /acme.*check-runs/;
  world.github.service.faults.add({ method: 'POST', path, times: 1, action });
  const { after } = world.push();
  finish(await world.job(1));
  expect((await world.untilConcluded(after)).conclusion).toBe('success');
  expect(asked(world).filter((one) => one.method === 'POST' && path.test(one.path))).toHaveLength(1);
});

test.concurrent('a token that died: one new one, made at this GitHub, and the refused call again', async (context) => {
  const world = await open(context);
  const { after, job } = await pushQueued(world);
  const since = world.github.service.exchanges.length;
  world.github.tokens.revoke(installationOf(world));
  finish(job);
  expect((await world.untilConcluded(after)).conclusion).toBe('success');
  const tokens = asked(world, since).filter((one) => one.path.endsWith('/access_tokens'));
  expect(tokens.map((one) => one.status)).toEqual([201]);
});

describe.concurrent('an installation that goes away', () => {
  test('suspended: the job continues, and GitHub gets no requests; unsuspended, the run is updated', async (context) => {
    const world = await open(context);
    const { after, job } = await pushQueued(world);
    const since = world.github.service.exchanges.length;
    await world.github.installations.suspend(installationOf(world)).delivered;
    finish(job);
    await untilRefused(world, 'unavailable');
    await world.untilLogged('Deployment concluded', { sha: after });
    await expectNeighbourServed(world);
    expect(asked(world, since).filter((one) => one.status === 403)).toHaveLength(1);
    await world.github.installations.unsuspend(installationOf(world)).delivered;
    expect((await world.untilConcluded(after)).conclusion).toBe('success');
  });

  test('suspended during a conversation: unsuspended, it continues at once', async (context) => {
    const world = await open(context);
    const talk = new ConversationWorld(world);
    world.github.people.setRole(REPOSITORY, { login: 'ana', role: 'write' });
    const number = talk.openIssue();
    talk.say(number, '/redeploy');
    const job = await world.job(1);
    await talk.untilReply(number, /queued/i);
    await world.github.installations.suspend(installationOf(world)).delivered;
    job.run();
    await world.untilLogged('GitHub did not accept a write', { write: 'reply', kind: 'unavailable' });
    await world.github.installations.unsuspend(installationOf(world)).delivered;
    // The job still runs, so only the installation wakes the conversation.
    await talk.untilReply(number, /running/i);
    job.end('COMPLETE');
    await talk.untilReply(number, /Deployed/);
  });

  test.for([
    ['', {}],
    [', while the sweeps are off', { SWEEP_MINUTES: '0' }],
  ] as const)(
    'removed and installed anew%s: the run is concluded through the new installation',
    async ([_, env], context) => {
      const world = await open(context, env);
      const { after, job } = await pushQueued(world);
      const since = world.github.service.exchanges.length;
      await world.github.installations.remove(installationOf(world)).delivered;
      finish(job);
      await untilRefused(world, 'unavailable');
      await world.untilLogged('Deployment concluded', { sha: after });
      await expectNeighbourServed(world);
      // The old token (Octokit tries one this fresh for some seconds), and once for a new one, that there is not.
      expect(
        asked(world, since)
          .map((one) => one.status)
          .filter((status) => status !== 401),
      ).toEqual([404]);
      world.github.installations.add({ account: 'acme', deliver: true });
      expect((await world.untilConcluded(after)).conclusion).toBe('success');
    },
  );
});

describe.concurrent('a repository that, in the middle,', () => {
  test('is archived: the job continues, and the run is concluded if it is unarchived in time', async (context) => {
    const world = await open(context);
    const { after, job } = await pushQueued(world);
    world.github.repositories.setArchived(REPOSITORY, true);
    finish(job);
    await untilRefused(world, 'rejected');
    await world.untilLogged('Deployment concluded', { sha: after });
    await expectNeighbourServed(world);
    expect(world.run(after)?.status).not.toBe('completed');
    world.github.repositories.setArchived(REPOSITORY, false);
    expect((await world.untilConcluded(after)).conclusion).toBe('success');
  });

  test('is deleted: the job continues, and no other repository waits', async (context) => {
    const world = await open(context);
    const { after, job } = await pushQueued(world);
    world.github.repositories.delete(REPOSITORY);
    finish(job);
    await untilRefused(world, 'rejected');
    await world.untilLogged('Deployment concluded', { sha: after });
    await expectNeighbourServed(world);
  });

  test('is renamed without a delivery: the app follows GitHub’s redirect', async (context) => {
    const world = await open(context);
    const { after, job } = await pushQueued(world);
    world.github.hook.url = null;
    await world.github.repositories.rename(REPOSITORY, 'renamed').delivered;
    finish(job);
    expect((await world.untilConcluded(after)).conclusion).toBe('success');
    const { id } = world.github.repositories.get(REPOSITORY);
    expect(asked(world).at(-1)?.path).toContain(`/repositories/${id}/check-runs/`);
  });

  test('is transferred to an account that has the app: its installation concludes the run', async (context) => {
    const world = await open(context);
    const { after, job } = await pushQueued(world);
    world.github.installations.add({ account: 'third' });
    await world.github.repositories.transfer(REPOSITORY, 'third').delivered;
    await world.untilLogged('Delivery handled: nothing to deploy', { noop: 'repository_updated' });
    finish(job);
    expect((await world.untilConcluded(after)).conclusion).toBe('success');
    expect(asked(world).at(-1)?.path).toContain('/repos/third/data/check-runs/');
  });
});
