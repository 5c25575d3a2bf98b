import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Sandbox } from '../../sandbox/sandbox.ts';
import { ConversationWorld } from './conversation-world.ts';
import { REPOSITORY } from './world.ts';

const ID = '71c0ef56-7f7e-47c1-9700-2d7e2eb5a04e';
const SECRET = 'the-deployment-secret-of-acme';
const WRONG_SECRET = 'the-secret-of-another-workspace';

/** A world whose account is in an accounts file with these lines. */
async function inWorld(
  lines: (sandbox: Sandbox) => readonly string[],
  play: (it: ConversationWorld) => Promise<void>,
): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), 'meltano-deploy-'));
  const file = join(directory, 'accounts.yml');
  const it = await ConversationWorld.open({
    workspace: { id: ID, deploymentSecret: SECRET },
    env: (sandbox) => {
      const account = [`api_url: ${sandbox.meltano.apiUrl}`, ...lines(sandbox)];
      writeFileSync(file, ['accounts:', '  acme:', ...account.map((line) => `    ${line}`), ''].join('\n'));
      const none = { MELTANO_API_TOKEN: '' };
      return {
        ...none,
        ACCOUNTS_FILE: file,
        ACME_TOKEN: sandbox.meltano.token,
        ACME_SECRET: SECRET,
        WRONG_SECRET,
      };
    },
  });
  try {
    await play(it);
    const { lines: logged } = it.world.app;
    expect(JSON.stringify(logged)).not.toContain(SECRET);
    expect(JSON.stringify(it.world.github.checks.runs(REPOSITORY))).not.toContain(SECRET);
  } finally {
    await it.world.close();
    rmSync(directory, { recursive: true });
  }
}

test.concurrent('with credentials: the push is sent as GitHub sent it, the job watched, its secret hidden', () =>
  inWorld(
    () => ['trigger: webhook', `token: \${ACME_TOKEN}`],
    async ({ world }) => {
      const { after } = world.push();
      const job = await world.job(1);
      job.run();
      // No setting names the secret: the app learned it when it signed the push.
      job.log('Installing 3 plugins', `export A=${SECRET}`);
      job.end('COMPLETE');
      const run = await world.untilConcluded(after);
      expect(run.conclusion).toBe('success');
      expect(run.output.text).toContain('export A=[redacted]');
      expect(job.madeBy).toBe('github-webhook');
      const sent = world.meltano.service.exchanges.find(({ path }) => path.endsWith('/github-webhook'));
      expect(sent?.headers.authorization).toBeUndefined();
      const delivered = world.github.hook.deliveries.find(({ event }) => event === 'push');
      expect(JSON.parse(sent?.body ?? '')).toEqual(delivered?.payload);
    },
  ));

test.concurrent('a wrong deployment secret is reported, with the place of the right one', () =>
  inWorld(
    () => ['trigger: webhook', `token: \${ACME_TOKEN}`, `deployment_secret: \${WRONG_SECRET}`],
    async ({ world }) => {
      const { after } = world.push();
      const run = await world.untilConcluded(after);
      expect(run.conclusion).toBe('failure');
      expect(run.output.title).toBe("Could not start: the deployment secret doesn't match the workspace's");
      expect(run.output.summary).toContain('settings of the workspace');
      expect(run.output.summary).toContain('`deployment_secret`');
      expect(run.output.summary).not.toContain('lacks the permission');
      expect(world.meltano.jobs).toEqual([]);
    },
  ));

test.concurrent('a redeploy sends the last push again, and is refused before there is one', () =>
  inWorld(
    () => ['trigger: webhook', `token: \${ACME_TOKEN}`],
    async (it) => {
      const { world } = it;
      const issue = it.openIssue();
      const early = it.say(issue, '/redeploy');
      await it.untilReaction(early, 'confused');
      await it.untilReply(issue, /Push once more/);
      expect(world.github.checks.runs(REPOSITORY)).toEqual([]);
      const { after } = world.push();
      (await world.job(1)).end('COMPLETE');
      expect((await world.untilConcluded(after)).conclusion).toBe('success');
      const later = it.say(issue, `/redeploy ${ID.slice(0, 8)}`);
      (await world.job(2)).end('COMPLETE');
      await it.untilReaction(later, 'rocket');
      expect(world.meltano.jobs.map(({ madeBy }) => madeBy)).toEqual(['github-webhook', 'github-webhook']);
    },
  ));

test.concurrent('a job that the repository’s own webhook started is reported, and not doubled', () =>
  inWorld(
    () => [`token: \${ACME_TOKEN}`],
    async ({ world }) => {
      const { after } = world.push();
      // Before the app has planned anything.
      const foreign = world.meltano.createJob(world.workspace, 'github-webhook');
      foreign.run();
      foreign.end('COMPLETE');
      const run = await world.untilConcluded(after);
      expect(run.conclusion).toBe('success');
      expect(run.output.summary).toContain('**Adopted job:**');
      expect(world.meltano.jobs).toHaveLength(1);
    },
  ));

test.concurrent.each([
  [
    'is sent each push, too: its job alone is there, and the summary says whose it is',
    [],
    ['github-webhook'],
  ],
  ['and adopt_jobs: false: each way makes a job', ['adopt_jobs: false'], ['github-webhook', 'token']],
])('an old repository webhook %s', (_, more, jobs) =>
  inWorld(
    () => [`token: \${ACME_TOKEN}`, ...more],
    async ({ world }) => {
      const { github, meltano } = world;
      world.app.sandbox.addOldWebhook(REPOSITORY, world.workspace);
      // The delivery reaches the app after the repository webhook has made its job.
      const { url: webhookUrl } = github.hook;
      github.hook.url = null;
      const push = world.push();
      await push.delivered;
      await world.job(1);
      github.hook.url = webhookUrl;
      await github.hook.redeliver(push.guid);
      const job = await world.job(jobs.length);
      job.run();
      job.end('COMPLETE');
      const run = await world.untilConcluded(push.after);
      expect(run.conclusion).toBe('success');
      expect(meltano.jobs.map(({ madeBy }) => madeBy)).toEqual(jobs);
      expect(run.output.summary?.includes('**Adopted job:**')).toBe(jobs.length === 1);
    },
  ),
);
