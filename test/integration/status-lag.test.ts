import { expect, test } from 'vitest';
import { type ConversationWorld, inConversation } from './conversation-world.ts';

const FILE = '.github/meltano-deploy.yml';

async function askStatus(it: ConversationWorld): Promise<string> {
  const issue = it.openIssue();
  it.say(issue, '/meltano status');
  return (await it.untilReply(issue, /Analytics/)).body;
}

test.concurrent('a status says how far a workspace is behind, since when, and that its configuration holds it', () =>
  inConversation(async (it) => {
    const { world } = it;
    const job = world.meltano.createJob(world.workspace);
    job.run();
    job.end('COMPLETE');
    world.push({ files: { [FILE]: 'deploy: [\n' } });
    await world.untilLogged('Delivery handled: nothing to deploy', { noop: 'configuration_held' });
    world.push({ deliver: false });
    world.push();
    const body = await askStatus(it);
    expect(body).toMatch(/\*\*3 commits behind\*\* since \d\d:\d\d UTC: held by the configuration\./);
  }));

test.concurrent('a push that was not to deploy is why, too', () =>
  inConversation(async (it) => {
    const { world } = it;
    await it.deployPush();
    const { after } = world.push({ files: { [FILE]: 'deploy:\n  on_push: false\n' } });
    await world.untilLogged('Workspace not deployed', { sha: after });
    const body = await askStatus(it);
    expect(body).toMatch(
      /\*\*1 commit behind\*\* since \d\d:\d\d UTC: held by the configuration, which has `on_push: false`\./,
    );
  }));

test.concurrent('a failed deployment is why, and an undone comparison leaves out the distance', () =>
  inConversation(async (it) => {
    const { world } = it;
    await it.deployPush();
    const { after } = world.push();
    const job = await world.job(2);
    job.run();
    job.end('ERROR');
    await world.untilConcluded(after);
    const first = await askStatus(it);
    expect(first).toMatch(/\*\*1 commit behind\*\* since \d\d:\d\d UTC: its deployment failed\./);
    world.github.service.faults.add({ path: /\/compare\//, action: { kind: 'status', status: 502 } });
    expect(await askStatus(it)).toContain('**Not the head of its branch**: its deployment failed.');
  }));

test.concurrent('a status names what else deployed the workspace, and counts from there', () =>
  inConversation(async (it) => {
    const { world } = it;
    await it.deployPush();
    expect(await askStatus(it)).toMatch(/\*\*Up to date\*\*\.$/m);
    const { after } = world.push({ deliver: false });
    const job = world.meltano.createJob(world.workspace);
    job.run();
    job.end('COMPLETE');
    const body = await askStatus(it);
    expect(body).toContain('**Up to date**. Other deployments, not started by this app: job `');
    expect(body).toContain(`job \`${job.id}\`, commit [\`${after.slice(0, 7)}\`](`);
  }));
