import { rmSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { SandboxCheckRun } from '../../sandbox/github/check-model.ts';
import { type ConversationWorld, inConversation } from './conversation-world.ts';
import { REPOSITORY } from './world.ts';

const NAME = 'Meltano Deploy (Analytics)';

function runs(it: ConversationWorld, sha: string): SandboxCheckRun[] {
  return it.world.github.checks.runs(REPOSITORY, sha).filter((run) => run.name === NAME);
}

function suiteStatus(it: ConversationWorld, sha: string): string | null | undefined {
  return it.world.github.checks.suites(REPOSITORY).find((suite) => suite.headSha === sha)?.status;
}

function onlyRun(it: ConversationWorld, sha: string): SandboxCheckRun {
  const [run] = runs(it, sha);
  if (!run) throw new Error(`No run on ${sha}`);
  return run;
}

async function endJob(it: ConversationWorld, number: number): Promise<void> {
  const job = await it.world.job(number);
  job.run();
  job.end('COMPLETE');
}

describe('the Redeploy button', () => {
  test.concurrent('of a concluded run makes a new run of the same name, with the person who pressed it', () =>
    inConversation(async (it) => {
      const sha = await it.deployPush();
      const old = onlyRun(it, sha);
      expect(old.actions.map((action) => action.identifier)).toEqual(['redeploy']);
      it.world.github.checks.press(old.id, 'redeploy', 'ana');
      it.world.github.checks.press(old.id, 'redeploy', 'ana');
      await endJob(it, 2);
      const second = await it.world.until(() => runs(it, sha)[1], 'a second run');
      await it.world.until(() => runs(it, sha)[1]?.status === 'completed', 'its end');
      expect(runs(it, sha)).toHaveLength(2);
      expect(second.name).toBe(old.name);
      expect(runs(it, sha)[1]?.output.summary).toMatch(/ana/);
      expect(it.world.meltano.jobs).toHaveLength(2);
    }));

  test.concurrent('on an older commit redeploys the head, and the old run links to the new one', () =>
    inConversation(async (it) => {
      const old = await it.deployPush();
      const head = await it.deployPush();
      it.world.github.checks.rerequest(onlyRun(it, old).id, 'ana');
      await endJob(it, 3);
      await it.world.until(() => runs(it, head)[1]?.status === 'completed', 'the new run on the head');
      await it.world.until(
        () => onlyRun(it, old).output.summary?.includes(`/runs/${runs(it, head)[1]?.id}`),
        'the link from the old run',
      );
      expect(runs(it, old)).toHaveLength(1);
      expect(onlyRun(it, old).conclusion).toBe('success');
      await it.world.until(() => suiteStatus(it, old) === 'completed', 'the end of the old suite');
    }));

  test.concurrent('pressed by a person without the Write role only shows the refusal', () =>
    inConversation(async (it) => {
      const sha = await it.deployPush();
      it.world.github.checks.rerequest(onlyRun(it, sha).id, 'ray');
      await it.world.until(() => /ray/.test(onlyRun(it, sha).output.summary ?? ''), 'the refusal');
      expect(suiteStatus(it, sha)).toBe('completed');
      expect(onlyRun(it, sha).conclusion).toBe('success');
      expect(it.world.meltano.jobs).toHaveLength(1);
    }));
});

describe('a re-run of the suite', () => {
  test.concurrent('redeploys each workspace whose newest run is not skipped', () =>
    inConversation(async (it) => {
      const { meltano, github } = it.world;
      const url = it.world.app.sandbox.repositoryUrl(REPOSITORY);
      const other = meltano.addWorkspace({ name: 'Other', repositoryUrl: url });
      const sha = await it.deployPush();
      const job = await it.world.until(() => meltano.jobsOf(other)[0], 'the job of the other workspace');
      job.run();
      job.end('ERROR');
      await it.world.until(
        () => github.checks.runs(REPOSITORY, sha).every((run) => run.status === 'completed'),
        'both runs to end',
      );
      github.checks.rerequestSuite(REPOSITORY, sha, 'ana');
      await endJob(it, 2);
      const again = await it.world.until(() => meltano.jobsOf(other)[1], 'the second job of the other');
      again.run();
      again.end('COMPLETE');
      await it.world.until(
        () =>
          github.checks.runs(REPOSITORY, sha).length === 4 &&
          github.checks.runs(REPOSITORY, sha).every((run) => run.status === 'completed'),
        'four concluded runs',
      );
      expect(suiteStatus(it, sha)).toBe('completed');
    }));
});

test.concurrent('after a lost database a re-run still writes the old run once more, and its suite completes', () =>
  inConversation(async (it) => {
    const old = await it.deployPush();
    const head = await it.deployPush();
    const before = onlyRun(it, old);
    const { title } = before.output;
    await it.world.app.restart(() => rmSync(it.world.app.dataDirectory, { recursive: true }));
    it.world.github.checks.rerequest(before.id, 'ana');
    await endJob(it, 3);
    await it.world.until(
      () => onlyRun(it, old).output.summary?.includes(`/runs/${runs(it, head)[1]?.id}`),
      'the link from the old run',
    );
    expect(onlyRun(it, old)).toMatchObject({ id: before.id, conclusion: 'success', output: { title } });
    expect(onlyRun(it, old).output.text).toBe(before.output.text);
    await it.world.until(() => suiteStatus(it, old) === 'completed', 'the end of the old suite');
    expect(it.world.meltano.jobs).toHaveLength(3);
  }));
