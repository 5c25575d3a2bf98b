import { describe, expect, test } from 'vitest';
import type { SandboxCheckRun } from '../../sandbox/github/check-model.ts';
import { type ConversationWorld, inConversation } from './conversation-world.ts';
import { REPOSITORY } from './world.ts';

const FILE = '.github/meltano-deploy.yml';
const CHECK = 'Meltano Deploy configuration';
const BAD = 'deploy:\n  on_pussh: false\n';

function configure(it: ConversationWorld, text: string | null, files: Record<string, string | null> = {}) {
  return it.world.push({ files: { [FILE]: text, ...files } });
}

function untilChecked(it: ConversationWorld, sha: string): Promise<SandboxCheckRun> {
  return it.world.until(() => it.world.run(sha, CHECK), `the run "${CHECK}" of ${sha.slice(0, 7)}`);
}

async function finish(it: ConversationWorld, number: number): Promise<void> {
  const job = await it.world.job(number);
  job.run();
  job.log('Installing 3 plugins');
  job.end('COMPLETE');
}

function untilNoop(it: ConversationWorld, noop: string, fields: Record<string, unknown> = {}) {
  return it.world.until(
    () => it.world.app.lines.find((line) => line['noop'] === noop && holds(line, fields)),
    `a log line with ${noop}`,
  );
}

function holds(line: Record<string, unknown>, fields: Record<string, unknown>): boolean {
  return Object.entries(fields).every(([key, value]) => line[key] === value);
}

describe('the configuration of a repository', () => {
  test.concurrent('filters its pushes, and why names the rule', () =>
    inConversation(async (it) => {
      const { world } = it;
      const first = configure(
        it,
        'deploy:\n  paths_ignore: ["**/*.md", ".github/**"]\n  unmatched: skipped\n',
      );
      expect((await world.untilConcluded(first.after)).conclusion).toBe('skipped');
      expect(world.run(first.after)?.output.title).toContain('no changed file passes the path filters');
      const token = world.push({ message: 'Later [skip deploy]' });
      expect((await world.untilConcluded(token.after)).output.title).toBe(
        'Skipped: the commit message says [skip deploy]',
      );
      const work = world.push({ files: { 'models/a.sql': 'select 1' } });
      await finish(it, 1);
      expect((await world.untilConcluded(work.after)).conclusion).toBe('success');
      const docs = world.push({ files: { 'docs/a.md': '# A' } });
      await world.untilConcluded(docs.after);
      const issue = it.openIssue();
      it.say(issue, '/meltano why');
      const reply = await it.untilReply(issue, /does not deploy it/);
      expect(reply.body).toContain(FILE);
      expect(reply.body).toContain(`/blob/${docs.after}/`);
      expect(world.meltano.jobs).toHaveLength(1);
    }));

  test.concurrent('hides the log and names the environment', () =>
    inConversation(async (it) => {
      const { world } = it;
      const entry = 'workspaces:\n  - { workspace: analytics, environment: live, log: none }\n';
      const { after } = configure(it, entry);
      await finish(it, 1);
      const run = await world.untilConcluded(after);
      expect(run.output.text).toMatch(
        /^The log is hidden\.\n\n```json meltano-deploy\n.*"error":null,.*\n```$/,
      );
      expect(run.output.summary).toContain("This repository's configuration hides the log.");
      expect(run.output.summary).toContain('`live`');
      const issue = it.openIssue();
      it.say(issue, '/meltano logs');
      const reply = await it.untilReply(issue, /configuration hides logs/);
      expect(reply.body).not.toContain('plugins');
    }));

  test.concurrent('shows the log of a public repository only once it asks for it', () =>
    inConversation(
      async (it) => {
        const { after } = configure(it, 'deploy: { log: final }\n');
        await finish(it, 1);
        const run = await it.world.untilConcluded(after);
        expect(run.output.text).toContain('Installing 3 plugins');
        const before = run.history.slice(0, -1);
        expect(before.length).toBeGreaterThan(0);
        expect(before.filter(({ output }) => output.text)).toEqual([]);
      },
      { private: false },
    ));

  test.concurrent('on a branch other than the default one has no effect', () =>
    inConversation(async (it) => {
      const { world } = it;
      const url = world.app.sandbox.repositoryUrl('acme/other');
      const other = world.meltano.addWorkspace({ name: 'Other', repositoryUrl: url });
      const branch = world.push({
        branch: 'evil',
        from: 'main',
        files: { [FILE]: 'workspaces: [{ workspace: Other }]\ncommands: { permission: triage }\n' },
      });
      await untilNoop(it, 'branch_not_tracked', { sha: branch.after });
      const issue = it.openIssue();
      it.say(issue, '/redeploy Other', 'tom');
      await it.untilReply(issue, /Not permitted/);
      it.say(issue, '/redeploy Other', 'ana');
      await it.untilReply(issue, /workspace/i);
      expect(world.meltano.jobsOf(other)).toEqual([]);
    }));
});

describe('a bad file on the default branch', () => {
  test.concurrent('leaves the last good one in force, with a failing run on the head only', () =>
    inConversation(async (it) => {
      const { world } = it;
      await it.deployPush();
      const bad = configure(it, BAD);
      const run = await untilChecked(it, bad.after);
      expect(run).toMatchObject({ status: 'completed', conclusion: 'failure' });
      expect(run.output.title).toContain('line 2');
      expect(run.annotations).toMatchObject([{ path: FILE, start_line: 2, end_line: 2 }]);
      await finish(it, 2);
      const deployed = await world.untilConcluded(bad.after);
      expect(deployed.conclusion).toBe('success');
      expect(deployed.output.summary).toContain(`/blob/${bad.after}/${FILE}`);
      const good = configure(it, 'version: 1\n');
      await finish(it, 3);
      expect((await world.untilConcluded(good.after)).output.summary).not.toContain('mistakes');
      expect(world.run(good.after, CHECK)).toBeUndefined();
    }));

  test.concurrent('is reported again when its check run is re-run, without repeated annotations', () =>
    inConversation(async (it) => {
      const { world } = it;
      const { github } = world;
      const bad = configure(it, BAD);
      const run = await untilChecked(it, bad.after);
      const isPending = () =>
        github.checks
          .suites(REPOSITORY)
          .some(({ headSha, status }) => headSha === bad.after && status !== 'completed');
      for (const rerun of [
        () => github.checks.rerequest(run.id, 'ana'),
        () => github.checks.rerequestSuite(REPOSITORY, bad.after, 'ana'),
      ]) {
        rerun();
        expect(isPending()).toBe(true);
        await world.until(() => !isPending(), 'the suite to be complete');
      }
      expect(world.run(bad.after, CHECK)).toMatchObject({ id: run.id, conclusion: 'failure' });
      expect(world.run(bad.after, CHECK)?.annotations).toHaveLength(1);
    }));

  test.concurrent('that is the first one holds the pushes until one repairs it', () =>
    inConversation(async (it) => {
      const { world } = it;
      const bad = configure(it, BAD, { 'meltano.yml': 'version: 1 # new\n' });
      await untilChecked(it, bad.after);
      await untilNoop(it, 'configuration_held');
      expect(world.run(bad.after)).toBeUndefined();
      const repaired = configure(it, 'version: 1\n');
      await finish(it, 1);
      expect((await world.untilConcluded(repaired.after)).conclusion).toBe('success');
    }));

  test.concurrent('and another with the other ending names both', () =>
    inConversation(async (it) => {
      const both = configure(it, 'version: 1\n', { '.github/meltano-deploy.yaml': 'version: 1\n' });
      const { summary } = (await untilChecked(it, both.after)).output;
      expect(summary).toContain('meltano-deploy.yml');
      expect(summary).toContain('meltano-deploy.yaml');
    }));
});

describe('a pull request that changes the file', () => {
  test.concurrent('gets a check run with the effect or the mistakes; others get nothing', () =>
    inConversation(async (it) => {
      const { world } = it;
      const open = (branch: string, files: Record<string, string>) => {
        const { after } = world.push({ branch, from: 'main', files });
        it.talk.openPull({ repository: REPOSITORY, head: branch, author: 'ana' });
        return after;
      };
      const other = open('other', { 'README.md': '# Other\n' });
      const good = open('good', { [FILE]: 'deploy: { on_push: false }\n' });
      const bad = open('bad', { [FILE]: BAD });
      const told = await untilChecked(it, good);
      expect(told.conclusion).toBe('success');
      expect(told.output).toMatchObject({ title: 'Pushes would deploy 0 of 1 workspaces' });
      expect(told.output.summary).toContain('`Analytics`');
      expect((await untilChecked(it, bad)).conclusion).toBe('failure');
      await untilNoop(it, 'configuration_unchanged');
      expect(world.run(other, CHECK)).toBeUndefined();
      const repaired = world.push({ branch: 'bad', files: { [FILE]: 'version: 1\n' } });
      expect((await untilChecked(it, repaired.after)).conclusion).toBe('success');
    }));

  test.concurrent('from a fork gets a check run too, and changes nothing', () =>
    inConversation(async (it) => {
      const { world } = it;
      world.github.repositories.fork(REPOSITORY, 'eve');
      const fork = { repository: 'eve/data', branch: 'evil', from: 'main' };
      const text = 'workspaces: [{ workspace: Analytics, log: live, environment: mine }]\n';
      const { after } = world.github.branches.push({ ...fork, files: { [FILE]: text }, message: 'Mine' });
      it.talk.openPull({
        repository: REPOSITORY,
        head: 'evil',
        headRepository: 'eve/data',
        author: 'eve',
      });
      expect((await untilChecked(it, after)).conclusion).toBe('success');
      const sha = await it.deployPush();
      expect(world.run(sha)?.output.summary).not.toContain('mine');
    }));
});

test.concurrent('a new repository that took the name of a renamed one gets nothing of it', () =>
  inConversation(async (it) => {
    const { world } = it;
    await it.deployPush();
    await world.github.repositories.rename(REPOSITORY, 'renamed').delivered;
    await untilNoop(it, 'repository_updated');
    world.github.repositories.add({
      fullName: REPOSITORY,
      private: true,
      files: { 'meltano.yml': 'mine\n' },
    });
    const { after } = world.push();
    await untilNoop(it, 'name_taken');
    expect(world.github.checks.runs(REPOSITORY, after)).toEqual([]);
    world.github.people.setRole(REPOSITORY, { login: 'ana', role: 'write' });
    const issue = it.openIssue();
    it.say(issue, '/meltano why');
    expect((await it.untilReply(issue, /belonged to another repository/)).body).toContain(REPOSITORY);
    expect(world.meltano.jobs).toHaveLength(1);
  }));
