import { expect } from 'vitest';
import type { SandboxCheckRun } from '../../sandbox/github/check-model.ts';
import { findPlanted } from '../../sandbox/meltano/planted-secrets.ts';
import type { SandboxJob } from '../../sandbox/meltano/sandbox-job.ts';
import type { SandboxWorkspace, WorkspaceInput } from '../../sandbox/meltano/sandbox-workspace.ts';
import type { SandboxOptions } from '../../sandbox/sandbox.ts';
import { type Overrides, type RunningApp, startApp } from './start-app.ts';

export const REPOSITORY = 'acme/data';

export interface WorldOptions {
  readonly env?: Overrides;
  readonly sandbox?: SandboxOptions;
  readonly private?: boolean;
  readonly workspace?: Partial<WorkspaceInput>;
}

export interface PushOptions {
  readonly repository?: string;
  readonly files?: Record<string, string | null>;
  readonly branch?: string;
  readonly from?: string;
  readonly message?: string;
  readonly sender?: { login: string; type?: 'User' | 'Bot' };
  readonly deliver?: boolean;
}

let count = 0;

/** One repository with one workspace. The test moves its jobs. */
export class World {
  readonly app: RunningApp;
  readonly workspace: SandboxWorkspace;

  static async open(options: WorldOptions = {}): Promise<World> {
    const app = await startApp(options.env, options.sandbox);
    const { github, meltano } = app.sandbox;
    github.installations.add({ account: 'acme' });
    github.repositories.add({
      fullName: REPOSITORY,
      private: options.private ?? true,
      files: { 'models/orders.sql': 'select 1\n', 'README.md': '# Data\n' },
    });
    const workspace = meltano.addWorkspace({
      name: 'Analytics',
      repositoryUrl: app.sandbox.repositoryUrl(REPOSITORY),
      ...options.workspace,
    });
    meltano.script = () => 'manual';
    return new World(app, workspace);
  }

  constructor(app: RunningApp, workspace: SandboxWorkspace) {
    this.app = app;
    this.workspace = workspace;
  }

  get github() {
    return this.app.sandbox.github;
  }

  get meltano() {
    return this.app.sandbox.meltano;
  }

  push(options: PushOptions = {}) {
    count += 1;
    return this.github.branches.push({
      repository: REPOSITORY,
      files: { 'models/orders.sql': `select ${count}\n` },
      message: `Change ${count}`,
      ...options,
    });
  }

  /** The only check run of a commit, or the one with a name. */
  run(sha: string, name = 'Meltano Deploy (Analytics)'): SandboxCheckRun | undefined {
    const runs = this.github.checks.runs(REPOSITORY, sha).filter((one) => one.name === name);
    expect(runs.length).toBeLessThanOrEqual(1);
    return runs[0];
  }

  until<T>(read: () => T | null | undefined | false, what: string) {
    return this.github.waitFor(read, what);
  }

  untilRun(sha: string, holds: (run: SandboxCheckRun) => boolean, what: string) {
    return this.until(() => {
      const run = this.run(sha);
      return run && holds(run) ? run : null;
    }, what);
  }

  untilConcluded(sha: string) {
    return this.untilRun(sha, (run) => run.status === 'completed', `the conclusion of ${sha.slice(0, 7)}`);
  }

  untilTitle(sha: string, title: string | RegExp) {
    return this.untilRun(sha, (run) => matches(run.output.title, title), `the title ${title}`);
  }

  /** Waits for the n-th job of the workspace (from 1). */
  async job(number: number): Promise<SandboxJob> {
    await this.until(() => this.meltano.jobsOf(this.workspace).length >= number, `job ${number}`);
    const job = this.meltano.jobsOf(this.workspace)[number - 1];
    if (!job) throw new Error(`There is no job ${number}.`);
    return job;
  }

  /** Pushes, and lets the deployment succeed. */
  async deployPush(options: PushOptions = {}): Promise<string> {
    const { after } = this.push(options);
    const job = await this.job(this.meltano.jobsOf(this.workspace).length + 1);
    job.run();
    job.end('COMPLETE');
    await this.untilConcluded(after);
    return after;
  }

  /** A log line of the app with this message. */
  untilLogged(message: string, fields: Record<string, unknown> = {}) {
    const isIt = (line: Record<string, unknown>) =>
      line['msg'] === message && Object.entries(fields).every(([key, value]) => line[key] === value);
    return this.until(() => this.app.lines.find(isIt), `the log line "${message}"`);
  }

  /**
   * Stops everything. Fails if the app sent a request that GitHub would refuse, or passed on a secret of Meltano Cloud that it
   * may not even read.
   */
  async close({ refusals = 0 } = {}): Promise<void> {
    await this.app.stop();
    const sent = this.github.service.exchanges.map(({ path, body }) => `${path} ${body}`);
    expect(findPlanted([...sent, JSON.stringify(this.app.lines)].join('\n'))).toEqual([]);
    expect(this.github.refusals.slice(refusals)).toEqual([]);
    expect(this.github.warnings).toEqual([]);
  }
}

/** Runs a test in its own world, so that tests that mostly wait can run concurrently. */
export async function inWorld(
  play: (world: World) => Promise<void>,
  options: WorldOptions = {},
): Promise<void> {
  const world = await World.open(options);
  try {
    await play(world);
  } finally {
    await world.close();
  }
}

function matches(title: string | null | undefined, wanted: string | RegExp): boolean {
  if (typeof wanted === 'string') return title === wanted;
  return wanted.test(title ?? '');
}
