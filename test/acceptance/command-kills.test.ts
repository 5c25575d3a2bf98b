import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { type Sandbox, startSandbox } from '../../sandbox/sandbox.ts';
import { AppProcess, makeEnvironment } from './app-process.ts';

/** During which request the process is killed: before GitHub has done it, or after that but before its answer. */
const STEPS = [
  { step: 'the question for the permission', method: 'GET', path: '[^?]*/permission$', when: 'before' },
  { step: '👀, before it is there', method: 'POST', path: '.*/reactions$', when: 'before' },
  { step: '👀, when it is there', method: 'POST', path: '.*/reactions$', when: 'after' },
  {
    step: 'the reply, before it is there',
    method: 'POST',
    path: String.raw`issues/\d+/comments$`,
    when: 'before',
  },
  {
    step: 'the reply, when it is there',
    method: 'POST',
    path: String.raw`issues/\d+/comments$`,
    when: 'after',
  },
  { step: 'the check run, when it is there', method: 'POST', path: 'check-runs$', when: 'after' },
  // These two follow the end of the job.
  {
    step: 'the edit of the reply',
    method: 'PATCH',
    path: String.raw`issues/comments/\d+$`,
    when: 'after',
    ends: true,
  },
  {
    step: 'the removal of 👀',
    method: 'DELETE',
    path: String.raw`.*/reactions/\d+$`,
    when: 'after',
    ends: true,
  },
] as const;

/** A `/redeploy` in a repository of its own, whose request of this step is not answered before the kill. */
function command(
  sandbox: Sandbox,
  { step, method, path, when, ...more }: (typeof STEPS)[number],
  index: number,
) {
  const { github, meltano } = sandbox;
  const account = `owner-${index}`;
  const repository = `${account}/data`;
  github.installations.add({ account });
  github.repositories.add({ fullName: repository, private: true, files: { 'models/a.sql': '0' } });
  github.people.setRole(repository, { login: 'ana', role: 'write' });
  const workspace = meltano.addWorkspace({ name: account, repositoryUrl: sandbox.repositoryUrl(repository) });
  const held = github.service.faults.add({
    method,
    path: new RegExp(`/repos/${repository}/${path}`),
    action: { kind: 'hang', when },
  });
  // A start that is under way at the kill would be looked for two minutes long.
  const noStart = meltano.service.faults.add({
    method: 'GET',
    path: new RegExp(`/workspaces/${workspace.id}/jobs\\?`),
    action: { kind: 'hang', when: 'before' },
  });
  if ('ends' in more) noStart.remove();
  return {
    isHeld: () => held.hits > 0 && ('ends' in more ? meltano.jobsOf(workspace)[0]?.endedAt != null : true),
    free() {
      held.remove();
      noStart.remove();
    },
    comment() {
      const { number } = github.conversations.openIssue({ repository, author: 'ana' });
      const asked = { repository, number, body: '/redeploy', author: 'ana' };
      const { comment } = github.conversations.comment(asked);
      return () => {
        const comments = github.conversations.comments(repository, number);
        const reactions = comments.find(({ id }) => id === comment.id)?.reactions ?? [];
        return {
          step,
          reactions: reactions.map(({ content }) => content),
          replies: comments.filter(({ viaApp }) => viaApp).length,
          jobs: meltano.jobsOf(workspace).length,
          conclusions: github.checks.runs(repository).map(({ conclusion }) => conclusion),
        };
      };
    },
  };
}

test('a kill during any step of a command doubles nothing and loses nothing', async () => {
  const sandbox = await startSandbox();
  onTestFinished(() => sandbox.stop());
  const { github, meltano } = sandbox;
  const directory = mkdtempSync(join(tmpdir(), 'meltano-deploy-'));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  const env = {
    ...(await makeEnvironment(sandbox)),
    DATA_DIR: join(directory, 'data'),
  };
  meltano.hideQueuedJobs = false;
  meltano.script = () => ({ queuedMs: 100, steps: [], endAfterMs: 100 });
  github.hook.url = `http://127.0.0.1:${env.PORT}/api/github/webhooks`;
  const commands = STEPS.map((step, index) => command(sandbox, step, index));

  const first = new AppProcess({ env, cwd: directory });
  onTestFinished(async () => void (await first.kill('SIGKILL')));
  await first.ready();
  const readers = commands.map((one) => one.comment());
  await github.waitFor(() => commands.every(({ isHeld }) => isHeld()), 'a request of each step');
  await first.kill('SIGKILL');
  for (const one of commands) one.free();

  const second = new AppProcess({ env, cwd: directory });
  onTestFinished(async () => void (await second.kill('SIGKILL')));
  const read = () => readers.map((readOne) => readOne());
  const isDone = ({ reactions }: ReturnType<typeof read>[number]) => reactions.join() === 'rocket';
  await github
    .waitFor(() => read().every(isDone), '🚀 and nothing else')
    .catch((error) =>
      expect(
        read().filter((one) => !isDone(one)),
        String(error),
      ).toEqual([]),
    );
  const end = { reactions: ['rocket'], replies: 1, jobs: 1, conclusions: ['success'] };
  expect(read()).toEqual(STEPS.map(({ step }) => ({ step, ...end })));
  expect(github.refusals).toEqual([]);
});
