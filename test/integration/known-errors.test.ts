import { expect, test } from 'vitest';
import { inConversation } from './conversation-world.ts';
import { inWorld, type PushOptions, REPOSITORY, type World } from './world.ts';

const LOG = [
  'Installing 4 plugins',
  "ModuleNotFoundError: No module named 'pkg_resources'",
  'Run invocation could not be completed as block failed: Extractor failed',
];
const ADVICE =
  '**What to do:** The plugin needs `setuptools`, which its environment lacks; versions from 81 on have no `pkg_resources`. ' +
  "Add `setuptools<81` to the plugin's `pip_url`, with a blank before it.";

/** Pushes, and lets the job fail with this log. Returns the summary of the check run. */
async function failWith(world: World, log: readonly string[], files?: PushOptions['files']): Promise<string> {
  const { after } = world.push(files ? { files } : {});
  const job = await world.job(1);
  job.run();
  job.log(...log);
  job.end('ERROR');
  return (await world.untilConcluded(after)).output.summary ?? '';
}

test.concurrent('a known error is explained right below it', () =>
  inWorld(async (world) => {
    const summary = await failWith(world, LOG);
    expect(summary).toContain(
      `**Error:** \`ModuleNotFoundError: No module named 'pkg_resources'\`\n\n${ADVICE}\n\nThe job ended`,
    );
  }));

test.concurrent('an unknown error gets no advice', () =>
  inWorld(async (world) => {
    const summary = await failWith(world, ["KeyError: 'pkg_resources'"]);
    expect(summary).toContain("KeyError: 'pkg_resources'");
    expect(summary).not.toContain('What to do');
  }));

test.concurrent('where the log is hidden, the advice is hidden too', () =>
  inWorld(
    async (world) => {
      expect(await failWith(world, LOG)).not.toMatch(/What to do|setuptools/);
    },
    { private: false },
  ));

test.concurrent('the reply to /meltano logs has it too, and the reply to a failed /redeploy', () =>
  inConversation(async (it) => {
    await failWith(it.world, LOG);
    const issue = it.openIssue();
    it.say(issue, '/meltano logs');
    const logs = await it.untilReply(issue, /lines of the log/);
    expect(logs.body).toContain(`pkg_resources'\`\n\n${ADVICE}\n\n<details>`);

    const second = it.openIssue();
    it.say(second, '/redeploy');
    const job = await it.world.job(2);
    job.run();
    job.log(...LOG);
    job.end('ERROR');
    const reply = await it.untilReply(second, /What to do/);
    expect(reply.body).toMatch(/^\*\*Failed.*pkg_resources/);
    expect(reply.body).toContain(`\n\n${ADVICE}`);
  }));

test.concurrent('the issue about a failure has it too', () =>
  inConversation(async ({ world, talk }) => {
    await failWith(world, LOG, { '.github/meltano-deploy.yml': 'notify: { issue: on_failure }\n' });
    const issue = await world.until(() => talk.ownIssues(REPOSITORY)[0], 'the issue');
    expect(issue.body).toContain(`pkg_resources'\`\n\n${ADVICE}\n\n`);
  }));
