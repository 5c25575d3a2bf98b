import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import type { PushResult } from '../../sandbox/github/pushes.ts';
import { createSeededRandom } from '../../sandbox/http/seeded-random.ts';
import type { SandboxJob } from '../../sandbox/meltano/sandbox-job.ts';
import { type Sandbox, startSandbox } from '../../sandbox/sandbox.ts';
import { findFreePort } from '../integration/start-app.ts';
import { AppProcess } from './app-process.ts';

const KILLS = 20;
const REPOSITORIES = 4;
const LINES = ['first line', 'second line', 'third line'];

interface Pushed extends PushResult {
  readonly repository: string;
}

/** Repositories of different owners, so that each installation has the writes that GitHub allows to itself. */
function setUp({ github, meltano, repositoryUrl }: Sandbox): string[] {
  meltano.hideQueuedJobs = false;
  meltano.script = () => ({
    queuedMs: 50,
    steps: LINES.map((line, index) => ({ afterMs: 300 * (index + 1), lines: [line] })),
    endAfterMs: 1_200,
  });
  return Array.from({ length: REPOSITORIES }, (_, number) => {
    const account = `owner-${number}`;
    const fullName = `${account}/data`;
    github.addInstallation({ account });
    github.addRepository({ fullName, private: true, files: { 'meltano.yml': '0' } });
    meltano.addWorkspace({ name: `Workspace ${number}`, repositoryUrl: repositoryUrl(fullName) });
    return fullName;
  });
}

/** GitHub never delivers again by itself: an operator (later the app) asks for what failed. */
async function redeliverFailed({ github }: Sandbox): Promise<void> {
  for (const delivery of github.deliveries) {
    const arrived = delivery.attempts.some((attempt) => attempt.statusCode === 200);
    if (delivery.event === 'push' && !arrived) await github.redeliver(delivery.guid);
  }
}

function overlapping(jobs: SandboxJob[]): SandboxJob[] {
  const sorted = jobs.toSorted((a, b) => a.created - b.created);
  return sorted.filter((job, index) => {
    const before = sorted[index - 1];
    return before !== undefined && (before.endedAt ?? Number.POSITIVE_INFINITY) > job.created;
  });
}

test(`${KILLS} kills during a stream of pushes: one concluded check run each, no second job, none at once`, async () => {
  const seed = Number(process.env['KILL_SEED'] ?? Date.now() % 1_000_000);
  console.log(`KILL_SEED=${seed}`);
  const random = createSeededRandom(seed);
  const sandbox = await startSandbox();
  const { github, meltano } = sandbox;
  const directory = mkdtempSync(join(tmpdir(), 'meltano-deploy-'));
  const env = {
    ...sandbox.appEnvironment(),
    ...{ HOST: '127.0.0.1', PORT: String(await findFreePort()), DATA_DIR: join(directory, 'data') },
    ...{ POLL_MIN_MS: '100', POLL_MAX_MS: '300', LOG_FORMAT: 'json' },
    // What failed is asked for again by this test, at once.
    SWEEP_MINUTES: '0',
  };
  const repositories = setUp(sandbox);
  github.webhookUrl = `http://127.0.0.1:${env.PORT}/api/github/webhooks`;

  const pushed: Pushed[] = [];
  let streaming = true;
  const stream = (async () => {
    while (streaming) {
      const repository = repositories[Math.floor(random() * repositories.length)] ?? '';
      const result = github.push({ repository, files: { 'meltano.yml': String(pushed.length) } });
      pushed.push({ ...result, repository });
      await sleep(400 + random() * 800);
    }
  })();

  let app = new AppProcess({ env, cwd: directory });
  for (let kill = 0; kill < KILLS; kill += 1) {
    await app.ready();
    await redeliverFailed(sandbox);
    await sleep(random() * 1_200);
    await app.kill('SIGKILL');
    app = new AppProcess({ env, cwd: directory });
  }
  await app.ready();
  streaming = false;
  await stream;
  await redeliverFailed(sandbox);

  const runsOf = ({ repository, after }: Pushed) => github.checkRuns(repository, after);
  await github.waitFor(
    () => pushed.every((one) => runsOf(one).some((run) => run.status === 'completed')),
    'a conclusion for every push',
    240_000,
  );
  expect(await app.kill('SIGTERM')).toEqual({ code: 0, signal: null });

  const runs = pushed.flatMap(runsOf);
  expect(runs).toHaveLength(pushed.length);
  expect(new Set(runs.map((run) => run.conclusion))).toEqual(new Set(['success', 'skipped']));
  const succeeded = runs.filter((run) => run.conclusion === 'success');
  const reportedJobs = succeeded.map((run) => run.externalId?.split('/')[2]);
  expect(reportedJobs.toSorted()).toEqual(meltano.jobs.map((job) => job.id).toSorted());
  for (const run of succeeded) {
    for (const line of LINES) expect(run.output.text?.split(line)).toHaveLength(2);
  }
  for (const workspace of meltano.workspaces.values()) {
    expect(overlapping(meltano.jobsOf(workspace))).toEqual([]);
  }
  expect(github.refusals).toEqual([]);
  console.log(`${pushed.length} pushes, ${meltano.jobs.length} jobs, ${KILLS} kills`);
  await sandbox.stop();
  rmSync(directory, { recursive: true, force: true });
}, 420_000);
