import { describe, expect, test } from 'vitest';
import type { JobType, SandboxJob } from '../../sandbox/meltano/sandbox-job.ts';
import type { PipelineInput, SandboxPipeline } from '../../sandbox/meltano/sandbox-pipeline.ts';
import { type ConversationWorld, inConversation } from './conversation-world.ts';
import { REPOSITORY, type WorldOptions } from './world.ts';

const FILE = '.github/meltano-deploy.yml';

/** `mia` may maintain. The jobs of pipelines are moved by the test. */
function inPipelines(
  play: (it: ConversationWorld, add: (input: Partial<PipelineInput>) => SandboxPipeline) => Promise<void>,
  options: WorldOptions = {},
): Promise<void> {
  return inConversation(async (it) => {
    const { meltano, github, workspace } = it.world;
    github.people.setRole(REPOSITORY, { login: 'mia', role: 'maintain' });
    meltano.pipelineScript = () => 'manual';
    await play(it, (input) => meltano.addPipeline(workspace, { name: 'facebook', ...input }));
  }, options);
}

function startsOf({ world }: ConversationWorld): string[] {
  const starts = world.meltano.service.exchanges.filter(
    ({ method, path }) => method === 'POST' && path.includes('/pipelines/'),
  );
  return starts.map(({ path }) => path);
}

function untilJob(
  { world }: ConversationWorld,
  pipeline: SandboxPipeline,
  type: JobType,
): Promise<SandboxJob> {
  return world.until(() => world.meltano.pipelineJobsOf(pipeline, type)[0], `a ${type} of a pipeline`);
}

function findRun({ world }: ConversationWorld, name: string) {
  const head = world.github.branches.head(REPOSITORY, 'main') ?? '';
  const runs = world.github.checks.runs(REPOSITORY, head).filter((one) => one.name === name);
  expect(runs.length).toBeLessThanOrEqual(1);
  return runs[0];
}

/** Runs the pipeline by a command, and lets it fail. Returns the issue of the command. */
async function failRun(it: ConversationWorld, pipeline: SandboxPipeline, line: string) {
  const issue = it.openIssue();
  const comment = it.say(issue, '/meltano run facebook --yes', 'mia');
  const job = await untilJob(it, pipeline, 'PIPELINE_RUN');
  job.run();
  job.log(line);
  job.end('ERROR');
  await it.untilReaction(comment, 'confused');
  return issue;
}

describe('/meltano run', () => {
  test.concurrent('without --yes starts nothing, and says what to write', () =>
    inPipelines(async (it, add) => {
      add({ name: 'Google Ads' });
      const issue = it.openIssue();
      const comment = it.say(issue, '/meltano run google-ads', 'mia');
      await it.untilReaction(comment, 'rocket');
      const [reply] = it.replies(issue);
      expect(reply?.body).toMatch(
        /^\*\*Nothing was started\.\*\* This would run the pipeline `Google Ads` of /,
      );
      expect(reply?.body).toContain('moves data');
      expect(reply?.body).toContain('`/meltano run google-ads --yes`');
      expect(startsOf(it)).toEqual([]);
    }));

  test.concurrent('runs the pipeline once, with one reply and a check run on the head of the branch', () =>
    inPipelines(async (it, add) => {
      const pipeline = add({ name: 'Google Ads' });
      const issue = it.openIssue();
      const comment = it.say(issue, '/meltano run Google Ads --yes', 'mia');
      const job = await untilJob(it, pipeline, 'PIPELINE_RUN');
      await it.untilReply(issue, /^\*\*Running\*\* the pipeline `Google Ads` of .*: queued/);
      job.run();
      job.log('loading rows');
      await it.untilReply(issue, /^\*\*Running\*\* .*: running\./);
      const name = 'Meltano Deploy (Analytics): run of Google Ads';
      await it.world.until(() => findRun(it, name)?.output.text?.includes('loading rows'), 'the log');
      job.end('COMPLETE');
      await it.untilReaction(comment, 'rocket');
      const run = findRun(it, name);
      expect(run).toMatchObject({ conclusion: 'success' });
      expect(run?.output.title).toMatch(/^Google Ads succeeded in \d+ s$/);
      const [reply, another] = it.replies(issue);
      expect(another).toBeUndefined();
      expect(reply?.body).toMatch(/^\*\*Run succeeded in \d+ s:\*\* the pipeline `Google Ads` of /);
      expect(reply?.body).toContain(`/runs/${run?.id}`);
      expect(startsOf(it)).toHaveLength(1);
    }));

  test.concurrent('that fails shows the error, and ends with 😕', () =>
    inPipelines(async (it, add) => {
      const issue = await failRun(it, add({}), 'ERROR: the schema is missing');
      expect(it.replies(issue)[0]?.body).toMatch(
        /^\*\*Run failed after \d+ s: `the schema is missing`:\*\* /,
      );
    }));

  test.concurrent('that fails with a known error says what to do, in the reply and in the check run', () =>
    inPipelines(async (it, add) => {
      const issue = await failRun(it, add({}), "ModuleNotFoundError: No module named 'pkg_resources'");
      expect(it.replies(issue)[0]?.body).toMatch(
        /\*\*What to do:\*\* The plugin needs `setuptools`.*Its log is on/,
      );
      const run = findRun(it, 'Meltano Deploy (Analytics): run of facebook');
      expect(run?.output.summary).toContain('**What to do** about `facebook`: The plugin needs `setuptools`');
    }));

  test.concurrent('takes the Maintain role', () =>
    inPipelines(async (it, add) => {
      add({});
      const issue = it.openIssue();
      await it.untilReaction(it.say(issue, '/meltano run facebook --yes', 'ana'), 'confused');
      expect(it.replies(issue)[0]?.body).toMatch(/you need the Maintain role or higher/);
      expect(startsOf(it)).toEqual([]);
    }));

  test.concurrent('says what runs if one runs already', () =>
    inPipelines(async (it, add) => {
      const pipeline = add({});
      it.world.meltano.createPipelineJob(pipeline, 'PIPELINE_RUN', 'schedule').run();
      const issue = it.openIssue();
      await it.untilReaction(it.say(issue, '/meltano run facebook --yes', 'mia'), 'confused');
      expect(it.replies(issue)[0]?.body).toMatch(
        /^\*\*Not started: `Meltano Cloud answered 409 Conflict.*Only one pipeline of a workspace can run/s,
      );
      expect(it.world.meltano.pipelineJobsOf(pipeline)).toHaveLength(1);
      const run = findRun(it, 'Meltano Deploy (Analytics): run of facebook');
      expect(run).toMatchObject({ conclusion: 'failure' });
      expect(run?.output.title).toMatch(
        /^facebook could not be started: Meltano Cloud answered 409 Conflict/,
      );
      expect(run?.output.summary).toMatch(
        /^Nothing was run. Only one pipeline of a workspace can run at a time/,
      );
    }));

  test.concurrent('does not start a second job if the answer is lost, also after a restart', () =>
    inPipelines(async (it, add) => {
      const pipeline = add({});
      const path = /\/pipelines\/[^/]+\/jobs$/;
      it.world.meltano.service.faults.add({
        method: 'POST',
        path,
        action: { kind: 'reset', when: 'after' },
      });
      const issue = it.openIssue();
      const comment = it.say(issue, '/meltano run facebook --yes', 'mia');
      const job = await untilJob(it, pipeline, 'PIPELINE_RUN');
      await it.world.app.restart();
      job.run();
      await it.untilReply(issue, /^\*\*Running\*\* .*: running\./);
      job.end('COMPLETE');
      await it.untilReaction(comment, 'rocket');
      expect(startsOf(it)).toHaveLength(1);
      expect(it.replies(issue)).toHaveLength(1);
    }));

  test.concurrent('that Meltano Cloud refuses is not started, and the reply says why', () =>
    inPipelines(async (it, add) => {
      const pipeline = add({});
      const path = /\/pipelines\/[^/]+\/jobs$/;
      it.world.meltano.service.faults.add({
        method: 'POST',
        path,
        action: { kind: 'status', status: 403 },
      });
      const issue = it.openIssue();
      await it.untilReaction(it.say(issue, '/meltano run facebook --yes', 'mia'), 'confused');
      expect(it.replies(issue)[0]?.body).toMatch(
        /^\*\*Not started: `Meltano Cloud answered 403 Forbidden.*lacks the permission/s,
      );
      expect(it.world.meltano.pipelineJobsOf(pipeline)).toEqual([]);
    }));

  test.concurrent('waits for the end of an outage, and says so', () =>
    inPipelines(async (it, add) => {
      const pipeline = add({});
      const path = /\/pipelines\/[^/]+\/jobs$/;
      const down = it.world.meltano.service.faults.add({
        method: 'POST',
        path,
        action: { kind: 'status', status: 503 },
      });
      const issue = it.openIssue();
      it.say(issue, '/meltano run facebook --yes', 'mia');
      await it.untilReply(issue, /`Meltano Cloud answered 503 Service Unavailable.*; trying again\./);
      down.remove();
      (await untilJob(it, pipeline, 'PIPELINE_RUN')).run();
      await it.untilReply(issue, /^\*\*Running\*\* .*: running\./);
      expect(it.world.meltano.pipelineJobsOf(pipeline)).toHaveLength(1);
    }));

  test.concurrent('survives a restart between any two of its steps, and starts and answers once', () =>
    inPipelines(async (it, add) => {
      const pipeline = add({});
      const issue = it.openIssue();
      const comment = it.say(issue, '/meltano run facebook --yes', 'mia');
      await it.world.app.restart();
      await it.untilReaction(comment, 'eyes');
      await it.world.app.restart();
      const job = await untilJob(it, pipeline, 'PIPELINE_RUN');
      await it.world.app.restart(() => job.run());
      await it.untilReply(issue, /^\*\*Running\*\* .*: running\./);
      await it.world.app.restart(() => job.end('COMPLETE'));
      await it.untilReaction(comment, 'rocket');
      expect(it.replies(issue)).toHaveLength(1);
      expect(it.world.meltano.pipelineJobsOf(pipeline)).toHaveLength(1);
      expect(findRun(it, 'Meltano Deploy (Analytics): run of facebook')?.conclusion).toBe('success');
    }));

  test.concurrent('on a commit replies once, at the end', () =>
    inPipelines(async (it, add) => {
      const sha = await it.deployPush();
      const pipeline = add({});
      it.talk.commentOnCommit({
        repository: REPOSITORY,
        sha,
        body: '/meltano run facebook --yes',
        author: 'mia',
      });
      const job = await untilJob(it, pipeline, 'PIPELINE_RUN');
      job.run();
      const replies = () =>
        it.talk.commitComments(REPOSITORY, sha).filter((one) => one.author.type === 'Bot');
      await it.world.until(
        () => findRun(it, 'Meltano Deploy (Analytics): run of facebook')?.status === 'in_progress',
        'the run',
      );
      expect(replies()).toEqual([]);
      job.end('STOPPED');
      await it.world.until(() => replies().length > 0, 'the reply on the commit');
      expect(replies()[0]?.body).toMatch(/^\*\*Stopped after \d+ s:\*\* the pipeline `facebook` of /);
    }));

  test.concurrent('of a name that is nearly one asks whether that is meant', () =>
    inPipelines(async (it, add) => {
      add({ name: 'Google Ads' });
      add({ name: 'facebook' });
      const issue = it.openIssue();
      await it.untilReaction(it.say(issue, '/meltano run gogle ads --yes', 'mia'), 'confused');
      const body = it.replies(issue)[0]?.body;
      expect(body).toContain("`/meltano run 'Google Ads' --yes`");
      expect(body).not.toContain('facebook');
      expect(startsOf(it)).toEqual([]);
    }));
});

describe('/meltano verify', () => {
  /** The log has settings, which are secrets. */
  function fail(job: SandboxJob, pipeline: SandboxPipeline): void {
    job.run();
    job.log(...Object.entries(pipeline.properties).map(([key, value]) => `${key}: ${value}`));
    const [setting, value] = Object.entries(pipeline.properties)[0] ?? [];
    job.log(`ERROR: tap-facebook: the access token has expired ${setting}=${value}`);
    job.end('ERROR');
  }

  test.concurrent('verifies one pipeline after another, and shows of a log the error alone', () =>
    inPipelines(async (it, add) => {
      const [a, b] = [add({ name: 'a', status: 'FAILED' }), add({ name: 'b' })];
      add({ name: 'draft', status: 'DRAFT' });
      const issue = it.openIssue();
      const comment = it.say(issue, '/meltano verify');
      const first = await untilJob(it, a, 'PIPELINE_VERIFY');
      expect(it.world.meltano.pipelineJobsOf(b, 'PIPELINE_VERIFY')).toEqual([]);
      fail(first, a);
      const second = await untilJob(it, b, 'PIPELINE_VERIFY');
      second.run();
      second.end('COMPLETE');
      await it.untilReaction(comment, 'confused');
      const [reply] = it.replies(issue);
      expect(reply?.body).toMatch(/^\*\*Verified 1 of 2 pipelines\*\* of /);
      expect(reply?.body).toContain(
        '| `a` | Verification failed: `tap-facebook: the access token has expired tap-github.start_date=[redacted]`.',
      );
      expect(reply?.body).toContain('| `b` | Verified |');
      expect(
        it.world.github.checks.runs(REPOSITORY, it.world.github.branches.head(REPOSITORY, 'main') ?? ''),
      ).toEqual([]);
    }));

  test.concurrent('in a public repository that allows it says only passed or failed', () =>
    inPipelines(
      async (it, add) => {
        await it.deployPush({ files: { [FILE]: 'commands: { pipelines: true }\n' } });
        const pipeline = add({});
        const issue = it.openIssue();
        const comment = it.say(issue, '/meltano verify facebook');
        fail(await untilJob(it, pipeline, 'PIPELINE_VERIFY'), pipeline);
        await it.untilReaction(comment, 'confused');
        const [reply] = it.replies(issue);
        expect(reply?.body).toMatch(/^\*\*Verification failed:\*\* the pipeline `facebook` of /);
        expect([...(reply?.edits ?? []), reply?.body].join()).not.toContain('token');
      },
      { private: false },
    ));
});

describe('what shows pipelines', () => {
  test.concurrent('lists all with status, schedule in words and last run, and status names the failing ones', () =>
    inPipelines(async (it, add) => {
      const facebook = add({ status: 'FAILED', schedule: '0 0 */6 * * *' });
      const ads = add({ name: 'Google Ads', triggeredBy: ['deploy', 'facebook'] });
      add({ name: 'quiet' });
      const run = it.world.meltano.createPipelineJob(facebook, 'PIPELINE_RUN', 'schedule');
      run.run();
      run.end('COMPLETE');
      const failed = it.world.meltano.createPipelineJob(ads, 'PIPELINE_RUN');
      failed.run();
      failed.end('ERROR');
      const issue = it.openIssue();
      await it.untilReaction(it.say(issue, '/meltano pipelines', 'ray'), 'rocket');
      const body = it.replies(issue)[0]?.body ?? '';
      expect(body).toMatch(/^\*\*3 pipelines\*\* of /);
      expect(body).toMatch(
        /\| `facebook` \| `FAILED` \| on the hour, every 6 hours, UTC \| Complete in \d+ s, 20\d\d-\d\d-\d\d \d\d:\d\d UTC \|/,
      );
      expect(body).toMatch(
        /\| `Google Ads` \| `READY` \| after a deployment and `facebook` \| Failed after \d+ s, 20/,
      );
      expect(body).toContain('| `quiet` | `READY` | none | none |');
      await it.untilReaction(it.say(issue, '/meltano status', 'ray'), 'rocket');
      const status = it.replies(issue)[1]?.body ?? '';
      expect(status).toContain('**2 of 3 pipelines are failing:**');
      expect(status).toMatch(/\| `facebook` \| `FAILED` \| Complete in/);
      expect(status).toMatch(/\| `Google Ads` \| `READY` \| Failed after/);
      expect(status).not.toContain('`quiet`');
      expect(startsOf(it)).toEqual([]);
    }));

  test.concurrent('says that the pipelines could not be read, and status still shows the deployments', () =>
    inPipelines(async (it, add) => {
      add({});
      await it.deployPush();
      const path = /\/workspaces\/[^/]+\/pipelines\?/;
      it.world.meltano.service.faults.add({ path, action: { kind: 'status', status: 403 } });
      const issue = it.openIssue();
      await it.untilReaction(it.say(issue, '/meltano status'), 'rocket');
      expect(it.replies(issue)[0]?.body).toMatch(
        /Deployed in .*The pipelines of .* could not be read: `Meltano Cloud answered 403 Forbidden/s,
      );
    }));

  test.concurrent('is off in a public repository', () =>
    inPipelines(
      async (it, add) => {
        add({ status: 'FAILED' });
        const issue = it.openIssue();
        await it.untilReaction(it.say(issue, '/meltano pipelines'), 'confused');
        await it.untilReaction(it.say(issue, '/meltano status'), 'rocket');
        const bodies = it.replies(issue).map(({ body }) => body);
        expect(bodies[0]).toContain('off in public repositories');
        expect(bodies.join()).not.toContain('facebook');
      },
      { private: false },
    ));
});
