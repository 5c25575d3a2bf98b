import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'vitest';
import type { PushResult } from '../../sandbox/github/branch-moves.ts';
import type { SandboxJob } from '../../sandbox/meltano/sandbox-job.ts';
import { type Sandbox, startSandbox } from '../../sandbox/sandbox.ts';

const LINES = ['first line', 'second line', 'third line'];
/** The lists of a workspace's jobs and pipelines are read right before its start is noted and sent. */
const READS_LISTS = /\/workspaces\/([^/]+)\/(jobs|pipelines)\?/;
/** A start is sent within this time after the list was read, or not at all (milliseconds). */
const START_WITHIN_MS = 1_000;

interface Pushed extends PushResult {
  readonly repository: string;
}

export interface PushWorldOptions {
  readonly repositories: number;
  /** How long a job runs (milliseconds); its lines come evenly before that. */
  readonly jobMs: number;
  /** After each deployment of the first repository, a pipeline is set up for a moment and fails. */
  readonly hasLateFailures?: boolean;
}

const LATE_FAILURE = 'Deployed, but 1 of 1 pipeline failed: late';

/** A stream of pushes to several repositories, each with a workspace of its own, and what must have become of them. */
export class PushWorld {
  readonly sandbox: Sandbox;
  readonly repositories: readonly string[];
  readonly pushed: Pushed[] = [];

  readonly #hasLateFailures: boolean;

  private constructor(sandbox: Sandbox, options: PushWorldOptions) {
    this.sandbox = sandbox;
    this.#hasLateFailures = options.hasLateFailures ?? false;
    this.repositories = setUp(sandbox, options);
  }

  static async open(options: PushWorldOptions): Promise<PushWorld> {
    return new PushWorld(await startSandbox(), options);
  }

  /** `url`: where this delivery goes, if not to where the last one went. */
  push(repository: string, url?: string): void {
    if (url) this.sandbox.github.hook.url = url;
    const files = { 'models/a.sql': String(this.pushed.length) };
    this.pushed.push({ ...this.sandbox.github.branches.push({ repository, files }), repository });
  }

  /** Pushes again and again until the returned function is called, `pauseMs` apart. */
  stream(push: () => void, pauseMs: () => number): () => Promise<void> {
    let streaming = true;
    const ended = (async () => {
      while (streaming) {
        push();
        await sleep(pauseMs());
      }
    })();
    return async () => {
      streaming = false;
      await ended;
    };
  }

  /** GitHub never redelivers by itself: requests failed deliveries at once, instead of in the next sweep. */
  async redeliverFailed(url?: string): Promise<void> {
    const { github } = this.sandbox;
    for (const { guid, attempts } of this.#deliveries()) {
      const arrived = attempts.some((attempt) => attempt.statusCode === 200);
      if (attempts.length === 0 || arrived) continue;
      if (url) github.hook.url = url;
      await github.hook.redeliver(guid);
    }
  }

  /**
   * Until no start is between its note and its request. A process that dies there leaves one that is looked for two minutes
   * long, which test/unit/deploying/lost-answer.test.ts shows with a fake clock.
   */
  async untilNoStart(): Promise<void> {
    while (this.#isStarting()) await sleep(5);
  }

  #isStarting(): boolean {
    const since = Date.now() - START_WITHIN_MS;
    const latest = new Map<string, string>();
    for (const { at, method, path } of this.sandbox.meltano.service.exchanges) {
      if (at > since) latest.set(path.split('/workspaces/')[1]?.slice(0, 36) ?? '', `${method} ${path}`);
    }
    return [...latest.values()].some((request) => READS_LISTS.test(request));
  }

  #deliveries() {
    return this.sandbox.github.hook.deliveries.filter((delivery) => delivery.event === 'push');
  }

  runs() {
    return this.pushed.flatMap(({ repository, after }) => this.sandbox.github.checks.runs(repository, after));
  }

  /** Until every delivery arrived, and every push has its end. */
  async waitForConclusions(timeoutMs: number, url?: string): Promise<void> {
    const { github } = this.sandbox;
    const allTried = () => this.#deliveries().every((delivery) => delivery.attempts.length > 0);
    await github.waitFor(allTried, 'an attempt of every delivery');
    await this.redeliverFailed(url);
    const isConcluded = ({ repository, after }: Pushed) =>
      github.checks.runs(repository, after).some((run) => run.status === 'completed');
    await github.waitFor(() => this.pushed.every(isConcluded), 'a conclusion for every push', timeoutMs);
  }

  /** One check run for each push; each job reported once, with its whole log; no two jobs of a workspace at once. */
  expectTruth(): void {
    const { github, meltano } = this.sandbox;
    const runs = this.runs();
    expect(runs).toHaveLength(this.pushed.length);
    const isLateFailure = ({ conclusion, output }: (typeof runs)[number]) =>
      conclusion === 'failure' && output.title === LATE_FAILURE;
    const others = runs.filter((run) => !isLateFailure(run));
    expect(new Set(others.map((run) => run.conclusion))).toEqual(new Set(['success', 'skipped']));
    // Nothing follows the last deployment, so its pipeline has the time to fail.
    expect(others.length < runs.length).toBe(this.#hasLateFailures);
    const deployed = runs.filter((run) => run.conclusion !== 'skipped');
    const reportedJobs = deployed.map((run) => run.externalId?.split('/')[2]);
    const jobs = [...meltano.workspaces.values()].flatMap((workspace) => meltano.jobsOf(workspace));
    expect(reportedJobs.toSorted()).toEqual(jobs.map((job) => job.id).toSorted());
    for (const run of deployed) {
      for (const line of LINES) expect(run.output.text?.split(line)).toHaveLength(2);
    }
    for (const workspace of meltano.workspaces.values()) {
      expect(overlapping(meltano.jobsOf(workspace))).toEqual([]);
    }
    expect(github.refusals).toEqual([]);
  }
}

/** Repositories of different owners, so that each installation has the writes that GitHub allows to itself. */
function setUp({ github, meltano, repositoryUrl }: Sandbox, options: PushWorldOptions): string[] {
  meltano.hideQueuedJobs = false;
  meltano.script = () => ({
    queuedMs: 50,
    steps: LINES.map((line, index) => ({
      afterMs: (options.jobMs / (LINES.length + 1)) * (index + 1),
      lines: [line],
    })),
    endAfterMs: options.jobMs,
  });
  return Array.from({ length: options.repositories }, (_, number) => {
    const account = `owner-${number}`;
    const fullName = `${account}/data`;
    github.installations.add({ account });
    github.repositories.add({ fullName, private: true, files: { 'models/a.sql': '0' } });
    const workspace = meltano.addWorkspace({
      name: `Workspace ${number}`,
      repositoryUrl: repositoryUrl(fullName),
    });
    if (options.hasLateFailures && number === 0) {
      meltano.addPipeline(workspace, {
        name: 'late',
        onDeploy: () => [
          { on: 'end', status: 'PROVISIONING' },
          { on: 'end', afterMs: 1_500, status: 'FAILED' },
        ],
      });
    }
    return fullName;
  });
}

function overlapping(jobs: SandboxJob[]): SandboxJob[] {
  const sorted = jobs.toSorted((a, b) => a.created - b.created);
  return sorted.filter((job, index) => {
    const before = sorted[index - 1];
    return before !== undefined && (before.endedAt ?? Number.POSITIVE_INFINITY) > job.created;
  });
}
