import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { FaultAction } from '../../sandbox/http/fault-plan.ts';
import { startSandbox } from '../../sandbox/sandbox.ts';
import { AppProcess, makeEnvironment } from './app-process.ts';

const REPOSITORY = 'acme/data';
/** The answer is held back for so long that the process is dead before it comes. */
const HELD: Pick<Extract<FaultAction, { kind: 'hang' }>, 'kind' | 'ms'> = { kind: 'hang', ms: 30_000 };

/** A `/redeploy` whose process is killed during the matching request, and started again. */
async function redeployWithKill(method: string, path: RegExp, when: 'before' | 'after'): Promise<void> {
  const sandbox = await startSandbox();
  const { github, meltano } = sandbox;
  const directory = mkdtempSync(join(tmpdir(), 'meltano-deploy-'));
  const env = {
    ...(await makeEnvironment(sandbox)),
    DATA_DIR: join(directory, 'data'),
  };
  meltano.hideQueuedJobs = false;
  meltano.script = () => ({ queuedMs: 1_500, steps: [], endAfterMs: 1_000 });
  github.installations.add({ account: 'acme' });
  github.repositories.add({ fullName: REPOSITORY, private: true, files: { 'models/a.sql': '0' } });
  github.people.setRole(REPOSITORY, { login: 'ana', role: 'write' });
  meltano.addWorkspace({ name: 'Analytics', repositoryUrl: sandbox.repositoryUrl(REPOSITORY) });
  github.hook.url = `http://127.0.0.1:${env.PORT}/api/github/webhooks`;
  let app = new AppProcess({ env, cwd: directory });
  try {
    await playAndKill();
  } finally {
    await app.kill('SIGKILL');
    await sandbox.stop();
    rmSync(directory, { recursive: true, force: true });
  }

  async function playAndKill(): Promise<void> {
    await app.ready();

    // A start that is under way at the kill would be looked for two minutes long.
    meltano.service.faults.add({
      method: 'GET',
      path: /\/jobs\?/,
      times: 1,
      action: { kind: 'delay', ms: 3_000 },
    });
    const held = github.service.faults.add({ method, path, times: 1, action: { ...HELD, when } });
    const { number } = github.conversations.openIssue({ repository: REPOSITORY, author: 'ana' });
    const { comment } = github.conversations.comment({
      repository: REPOSITORY,
      number,
      body: '/redeploy',
      author: 'ana',
    });
    await github.waitFor(() => held.hits > 0, `the request to ${path}`);
    await app.kill('SIGKILL');
    app = new AppProcess({ env, cwd: directory });
    await app.ready();

    const comments = () => github.conversations.comments(REPOSITORY, number);
    const reactions = () =>
      (comments().find((one) => one.id === comment.id)?.reactions ?? []).map((one) => one.content);
    await github.waitFor(() => reactions().join() === 'rocket', '🚀 and nothing else');
    expect(comments().filter((one) => one.viaApp)).toHaveLength(1);
    expect(meltano.jobs).toHaveLength(1);
    expect(github.checks.runs(REPOSITORY).map((run) => run.conclusion)).toEqual(['success']);
    expect(github.refusals).toEqual([]);
  }
}

test.concurrent.each([
  ['the question for the permission', 'GET', /\/permission$/, 'before'],
  ['👀, before it is there', 'POST', /\/reactions$/, 'before'],
  ['👀, when it is there', 'POST', /\/reactions$/, 'after'],
  ['the reply, before it is there', 'POST', /\/issues\/\d+\/comments$/, 'before'],
  ['the reply, when it is there', 'POST', /\/issues\/\d+\/comments$/, 'after'],
  ['the edit of the reply', 'PATCH', /\/issues\/comments\/\d+$/, 'after'],
  ['the removal of 👀', 'DELETE', /\/reactions\/\d+$/, 'after'],
  ['the check run, when it is there', 'POST', /\/check-runs$/, 'after'],
] as const)('a kill during %s doubles nothing and loses nothing', (_, method, path, when) =>
  redeployWithKill(method, path, when),
);
