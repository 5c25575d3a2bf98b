import { expect, test } from 'vitest';
import { notificationEventSchema } from '../../src/notifying/notification-event.ts';
import { type Entries, inNotifyWorld, JSON_ENTRY } from './notify-world.ts';
import { REPOSITORY } from './world.ts';

/** All three formats, for these events. */
const everywhere =
  (on: string): Entries =>
  () => [
    `{url: "\${HOOK}", format: json, secret: "\${HOOK_SECRET}", on: [${on}], private_network: true}`,
    `{url: "\${SLACK_HOOK}", format: slack, on: [${on}], private_network: true}`,
    `{url: "\${TEAMS_HOOK}", format: teams, on: [${on}], private_network: true}`,
  ];

test.concurrent('a failure and its repair are told, a success is not', () =>
  inNotifyWorld(JSON_ENTRY, async (it) => {
    const { world, receiver } = it;
    await it.deploy('COMPLETE');
    const failed = await it.deploy('ERROR');
    const first = await it.message(1);
    expect(notificationEventSchema.parse(first.body)).toEqual(first.body);
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
    await world.untilLogged('Notification sent', { event: second.id });
    await it.deploy('COMPLETE');
    // What an end tells is stored with it: then nothing is on its way either.
    expect(await it.readMetrics()).toEqual([
      'meltano_deploy_notifications_total{outcome="sent"} 2',
      'meltano_deploy_notifications_total{outcome="failed"} 0',
      'meltano_deploy_notifications_total{outcome="given_up"} 0',
      'meltano_deploy_queue_depth{queue="notification"} 0',
    ]);
    expect(receiver.received).toHaveLength(2);
    expect(JSON.stringify(receiver.received)).not.toContain('orders');
  }));

test.concurrent('an event whose answer is lost is sent again, with the same id and body', () =>
  inNotifyWorld(JSON_ENTRY, async (it) => {
    const { faults } = it.receiver.service;
    faults.add({ path: /json/, times: 1, action: { kind: 'reset', when: 'after' } });
    await it.deploy('ERROR');
    const [first, second] = [await it.message(1), await it.message(2)];
    expect(second).toEqual(first);
    await it.world.untilLogged('Notification sent');
    const [lost] = it.world.app.lines.filter(
      ({ msg }) => msg === 'A destination did not accept a notification',
    );
    expect(lost).toMatchObject({ account: '@acme', destination: 1, format: 'json', attempts: 1 });
  }));

test.concurrent('an event that is being sent when the process stops is sent after the next start', () =>
  inNotifyWorld(JSON_ENTRY, async (it) => {
    const { faults } = it.receiver.service;
    faults.add({ path: /json/, times: 1, action: { kind: 'hang', when: 'after' } });
    await it.deploy('ERROR');
    const first = await it.message(1);
    await it.world.app.restart();
    expect(await it.message(2)).toEqual(first);
    await it.world.untilLogged('Notification sent');
  }));

test.concurrent('after 410 the events wait until the accounts file is read again', () =>
  inNotifyWorld(JSON_ENTRY, async (it) => {
    const { faults } = it.receiver.service;
    const gone = faults.add({ path: /json/, action: { kind: 'status', status: 410 } });
    await it.deploy('ERROR');
    await it.world.untilLogged(
      'A destination is gone: it gets nothing until the accounts file is read again',
    );
    await it.deploy('COMPLETE');
    gone.remove();
    expect(it.tries('json')).toHaveLength(1);
    it.reload(JSON_ENTRY);
    expect((await it.message(1)).body['type']).toBe('failed');
    expect((await it.message(2)).body['type']).toBe('repaired');
  }));

test.concurrent('a changed accounts file counts from the next event on', () =>
  inNotifyWorld(everywhere('failed'), async (it) => {
    await it.deploy('ERROR');
    await it.message(1, 'slack');
    it.reload(everywhere('repaired'));
    await it.deploy('ERROR');
    await it.deploy('COMPLETE');
    for (const format of ['json', 'slack', 'teams'] as const) {
      expect(JSON.stringify((await it.message(2, format)).body)).toMatch(/repaired/i);
    }
  }));

test.concurrent('in Slack and Teams no name calls anybody', () =>
  inNotifyWorld(
    everywhere('failed'),
    async (it) => {
      it.world.push({ sender: { login: 'here' }, message: '<!everyone> @channel' });
      const job = await it.world.job(1);
      job.run();
      job.end('ERROR');
      const { body } = await it.message(1, 'slack');
      expect(body['text']).toContain("Workspace: `&lt;\u2060!channel&gt; @\u2060here 'x'`");
      expect(JSON.stringify(await it.message(1, 'teams'))).toContain('<\u2060!channel> @\u2060here `x`');
      expect(JSON.stringify(it.receiver.received)).not.toContain('everyone');
    },
    { name: '<!channel> @here `x`' },
  ));

test.concurrent('pipelines that fail after a deployment, and a refused start, are failures', () =>
  inNotifyWorld(JSON_ENTRY, async (it) => {
    const { world } = it;
    const onDeploy = () => [{ on: 'end', status: 'FAILED' } as const];
    world.meltano.addPipeline(world.workspace, { name: 'Google Ads', onDeploy });
    await it.deploy('COMPLETE');
    expect((await it.message(1)).body).toMatchObject({
      type: 'failed',
      data: { reason: 'pipelines_failed', summary: expect.stringContaining('Google Ads') },
    });
    world.meltano.service.faults.add({
      method: 'POST',
      path: /deployments/,
      action: { kind: 'status', status: 403 },
    });
    await world.untilConcluded(world.push().after);
    expect((await it.message(2)).body).toMatchObject({
      type: 'failed',
      data: { reason: 'start_refused', commit: { deployed: null } },
    });
  }));

test.concurrent('superseded and stopped deployments are not told', () =>
  inNotifyWorld(everywhere('failed, repaired, waiting'), async (it) => {
    const { world } = it;
    world.push();
    const first = await world.job(1);
    first.run();
    const { after: superseded } = world.push();
    world.push();
    await world.untilConcluded(superseded);
    first.end('STOPPED');
    const second = await world.job(2);
    second.run();
    second.end('COMPLETE');
    await it.deploy('ERROR');
    await it.message(1);
    expect(it.receiver.messages('json')).toHaveLength(1);
  }));

test.concurrent('a deployment that waits for a person is told, if the destination wants that', () =>
  inNotifyWorld(everywhere('waiting'), async (it) => {
    const { world } = it;
    world.meltano.script = () => ({ queuedMs: 1, steps: [], endAfterMs: 1 });
    const sender = { login: 'meltano[bot]', type: 'Bot' } as const;
    for (let number = 1; number <= 10; number += 1) {
      const { after: sha } = world.push({ sender });
      await world.untilLogged('Deployment concluded', { sha });
    }
    const held = world.push({ sender }).after;
    expect((await it.message(1)).body).toMatchObject({
      type: 'waiting',
      data: { conclusion: 'action_required', reason: 'loop_brake', commit: { requested: held } },
    });
    await it.message(1, 'teams');
    expect((await it.message(1, 'slack')).body['text']).toContain('press Redeploy to continue');
  }));

test.concurrent('without private_network a private address is not connected to', () =>
  inNotifyWorld(
    (receiver) => [`{url: "${receiver.url('slack').replace('http:', 'https:')}", format: slack}`],
    async (it) => {
      await it.deploy('ERROR');
      await it.world.untilLogged('A destination did not accept a notification', {
        problem: 'its address is private, and private_network is not true',
      });
      expect(it.receiver.service.exchanges).toEqual([]);
    },
  ));
