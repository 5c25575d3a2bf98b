import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { SandboxWorkspace } from '../../sandbox/meltano/sandbox-workspace.ts';
import { type Sandbox, startSandbox } from '../../sandbox/sandbox.ts';
import { AppProcess, makeEnvironment } from './app-process.ts';

const REPOSITORY = 'acme/data';
const SHIFT_CLOCK = join(import.meta.dirname, 'shift-clock.mjs');

interface Play {
  readonly sandbox: Sandbox;
  readonly workspace: SandboxWorkspace;
  readonly setClock: (aheadMs: number) => void;
}

/** The app in a process whose clock is this many milliseconds ahead of all others. */
async function play(aheadMs: number, act: (play: Play) => Promise<void>): Promise<void> {
  const sandbox = await startSandbox();
  const { github, meltano } = sandbox;
  const directory = mkdtempSync(join(tmpdir(), 'meltano-deploy-'));
  const clockFile = join(directory, 'clock');
  const setClock = (ms: number) => writeFileSync(clockFile, String(ms));
  setClock(aheadMs);
  const env = {
    ...(await makeEnvironment(sandbox)),
    DATA_DIR: join(directory, 'data'),
    NODE_OPTIONS: `--import=${SHIFT_CLOCK}`,
    CLOCK_FILE: clockFile,
  };
  meltano.hideQueuedJobs = false;
  meltano.script = () => ({ queuedMs: 100, steps: [], endAfterMs: 300 });
  github.installations.add({ account: 'acme' });
  github.repositories.add({ fullName: REPOSITORY, private: true, files: { 'models/a.sql': '0' } });
  github.people.setRole(REPOSITORY, { login: 'ana', role: 'write' });
  const workspace = meltano.addWorkspace({
    name: 'Analytics',
    repositoryUrl: sandbox.repositoryUrl(REPOSITORY),
  });
  github.hook.url = `http://127.0.0.1:${env.PORT}/api/github/webhooks`;
  const app = new AppProcess({ env, cwd: directory });
  try {
    await app.ready();
    await act({ sandbox, workspace, setClock });
    expect(github.refusals.filter((one) => !/JWT|claim/i.test(JSON.stringify(one)))).toEqual([]);
  } finally {
    await app.kill('SIGKILL');
    await sandbox.stop();
    rmSync(directory, { recursive: true, force: true });
  }
}

async function pushAndWait({ github }: Sandbox, content: string, message = 'A change'): Promise<string> {
  const { after } = github.branches.push({
    repository: REPOSITORY,
    message,
    files: { 'models/a.sql': content },
  });
  const isDone = () => github.checks.runs(REPOSITORY, after).some((run) => run.status === 'completed');
  await github.waitFor(isDone, `the end of the push ${content}`);
  return after;
}

test.concurrent.each([60_000, -5_000, 7_200_000, -7_200_000])(
  'with a clock that is %i ms ahead each push is deployed once, and a command carried out',
  (aheadMs) =>
    play(aheadMs, async ({ sandbox, workspace }) => {
      const { github, meltano } = sandbox;
      // A person deployed an older commit, which is not the one before the push either.
      const before = meltano.createJob(workspace);
      await meltano.waitFor(() => before.endedAt !== null, 'the end of the job before');
      await pushAndWait(sandbox, '0', 'Nothing to deploy [skip ci]');
      const first = await pushAndWait(sandbox, '1');
      expect(meltano.jobs.map((job) => job.commitId)).toEqual([before.commitId, first]);
      // From here on the repository's own webhook starts a job for each push.
      const remove = sandbox.addOldWebhook(REPOSITORY, workspace);
      const second = await pushAndWait(sandbox, '2');
      expect(meltano.jobs.map((job) => job.commitId)).toEqual([before.commitId, first, second]);
      remove();
      const { number } = github.conversations.openIssue({ repository: REPOSITORY, author: 'ana' });
      github.conversations.comment({ repository: REPOSITORY, number, body: '/redeploy', author: 'ana' });
      await meltano.waitFor(() => meltano.jobs.length === 4, 'the job of the command');
      for (const sha of [first, second]) {
        expect(github.checks.runs(REPOSITORY, sha)[0]).toMatchObject({ conclusion: 'success' });
      }
    }),
);

// An hour: much more than the test waits.
test.concurrent.each([3_600_000, -3_600_000])(
  'pushes go on as before when the clock is set by %i ms while one runs',
  (stepMs) =>
    play(0, async ({ sandbox, setClock }) => {
      const { github, meltano } = sandbox;
      meltano.script = () => ({
        queuedMs: 100,
        steps: [{ afterMs: 500, lines: ['a line'] }],
        endAfterMs: 3_000,
      });
      const { after } = github.branches.push({ repository: REPOSITORY, files: { 'models/a.sql': '1' } });
      const run = () => github.checks.runs(REPOSITORY, after)[0];
      await github.waitFor(() => run()?.status === 'in_progress', 'a running deployment');
      setClock(stepMs);
      await github.waitFor(() => run()?.status === 'completed', 'its end');
      const second = await pushAndWait(sandbox, '2');
      expect(run()).toMatchObject({ conclusion: 'success' });
      expect(meltano.jobs.map((job) => job.commitId)).toEqual([after, second]);
    }),
);
