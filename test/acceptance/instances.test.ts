import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import type { PushResult } from '../../sandbox/github/pushes.ts';
import type { SandboxJob } from '../../sandbox/meltano/sandbox-job.ts';
import { type Sandbox, startSandbox } from '../../sandbox/sandbox.ts';
import { createDatabase } from '../contract/postgres-databases.ts';
import { findFreePort } from '../integration/start-app.ts';
import { AppProcess } from './app-process.ts';

const SERVER = process.env['TEST_DATABASE_URL'];
const INSTANCES = 3;
const REPOSITORIES = 6;
const LINES = ['first line', 'second line', 'third line'];
/** A silent instance's work goes on elsewhere within this time (milliseconds). */
const TAKE_OVER_MS = 30_000;

interface Pushed extends PushResult {
  readonly repository: string;
}

/** Repositories of different owners, so that each installation has the writes that GitHub allows to itself. */
function setUp({ github, meltano, repositoryUrl }: Sandbox): string[] {
  meltano.hideQueuedJobs = false;
  meltano.script = () => ({
    queuedMs: 50,
    steps: LINES.map((line, index) => ({ afterMs: 400 * (index + 1), lines: [line] })),
    endAfterMs: 2_000,
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

/** Several instances on one database, each with an address of its own. */
async function startInstances(sandbox: Sandbox, databaseUrl: string) {
  const directory = mkdtempSync(join(tmpdir(), 'meltano-deploy-'));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  const environments = await Promise.all(
    Array.from({ length: INSTANCES }, async () => ({
      ...sandbox.appEnvironment(),
      ...{ HOST: '127.0.0.1', PORT: String(await findFreePort()), DATABASE_URL: databaseUrl },
      ...{ POLL_MIN_MS: '100', POLL_MAX_MS: '300', LOG_FORMAT: 'json', SWEEP_MINUTES: '0' },
    })),
  );
  const start = (number: number): AppProcess => {
    const app = new AppProcess({ env: environments[number] ?? {}, cwd: directory });
    onTestFinished(async () => void (await app.kill('SIGKILL')));
    return app;
  };
  const apps = environments.map((_, number) => start(number));
  await Promise.all(apps.map((app) => app.ready()));
  return { apps, start };
}

function overlapping(jobs: SandboxJob[]): SandboxJob[] {
  const sorted = jobs.toSorted((a, b) => a.created - b.created);
  return sorted.filter((job, index) => {
    const before = sorted[index - 1];
    return before !== undefined && (before.endedAt ?? Number.POSITIVE_INFINITY) > job.created;
  });
}

test.skipIf(!SERVER)(
  'three instances, one killed and one paused during a stream of pushes: every push ends once and truthfully',
  async () => {
    const sandbox = await startSandbox();
    onTestFinished(() => sandbox.stop());
    const { github, meltano } = sandbox;
    const repositories = setUp(sandbox);
    const database = await createDatabase(SERVER ?? '');
    onTestFinished(() => database.drop());
    const { apps, start } = await startInstances(sandbox, database.url);
    const address = (app: AppProcess | undefined) => `${app?.url}/api/github/webhooks`;

    const pushed: Pushed[] = [];
    const push = async (count: number) => {
      for (let n = 0; n < count; n += 1) {
        github.webhookUrl = address(apps[pushed.length % INSTANCES]);
        const repository = repositories[pushed.length % REPOSITORIES] ?? '';
        const result = github.push({ repository, files: { 'meltano.yml': String(pushed.length) } });
        pushed.push({ ...result, repository });
        await sleep(150);
      }
    };
    /** GitHub never delivers again by itself: what the dead ones never got is asked for again. */
    const redeliverTo = async (app: AppProcess | undefined) => {
      github.webhookUrl = address(app);
      for (const delivery of github.deliveries) {
        const arrived = delivery.attempts.some((attempt) => attempt.statusCode === 200);
        if (delivery.event === 'push' && !arrived) await github.redeliver(delivery.guid);
      }
    };
    const runsOf = ({ repository, after }: Pushed) => github.checkRuns(repository, after);
    const areConcluded = () => pushed.every((one) => runsOf(one).some((run) => run.status === 'completed'));

    await push(12);
    await apps[0]?.kill('SIGKILL');
    apps[0] = start(0);
    await apps[0].ready();
    await push(6);
    apps[1]?.pause();
    const pausedAt = Date.now();
    await push(6);
    await redeliverTo(apps[2]);
    await github.waitFor(areConcluded, 'a conclusion for every push', TAKE_OVER_MS + 240_000);
    console.log(`All was concluded ${Date.now() - pausedAt} ms after one instance was paused`);
    const concluded = JSON.stringify(pushed.flatMap(runsOf));
    await sleep(Math.max(0, pausedAt + TAKE_OVER_MS - Date.now()));

    // What it wakes up to is over, and it finds that out.
    apps[1]?.resume();
    await apps[1]?.ready();
    await sleep(6_000);
    expect(JSON.stringify(pushed.flatMap(runsOf))).toBe(concluded);
    for (const app of apps) expect(await app.kill('SIGTERM')).toEqual({ code: 0, signal: null });

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
    console.log(`${pushed.length} pushes, ${meltano.jobs.length} jobs`);
  },
  400_000,
);
