import { setTimeout as sleep } from 'node:timers/promises';
import { defaultScript } from '../../sandbox/meltano/default-script.ts';
import type { SandboxJob } from '../../sandbox/meltano/sandbox-job.ts';
import type { SandboxWorkspace } from '../../sandbox/meltano/sandbox-workspace.ts';
import { type Sandbox, startSandbox } from '../../sandbox/sandbox.ts';
import { PROJECT_CHECK } from '../../src/reporting/render/render-commit-run.ts';
import { countRequests } from './count-requests.ts';
import type { Lag, PreparedRepository, WatchedJob, WorldCounts } from './world-messages.ts';

/** The number of pushes at the same time. */
const PUSHES_AT_ONCE = 20;
const BEGIN_LIMIT_MS = 480_000;
const REPORT_LIMIT_MS = 120_000;
const LOOK_MS = 50;

interface Deployment {
  readonly repository: string;
  readonly account: string;
  readonly workspace: SandboxWorkspace;
  job: SandboxJob | null;
  sha: string;
}

/** Many repositories with one workspace each, whose jobs run until a request ends them. */
export class SandboxWorld {
  readonly sandbox: Sandbox;
  readonly #deployments: Deployment[] = [];
  /** When a check run of a commit was first in progress, and completed. */
  readonly #shown = new Set<string>();
  readonly #completedAt = new Map<string, number>();
  #loggers: NodeJS.Timeout | null = null;
  #logging = 0;
  #countedFrom = Date.now();

  static async start(): Promise<SandboxWorld> {
    return new SandboxWorld(
      await startSandbox({ limits: { writesPerMinute: Infinity, writesPerHour: Infinity } }),
    );
  }

  private constructor(sandbox: Sandbox) {
    this.sandbox = sandbox;
    sandbox.meltano.script = () => 'manual';
    sandbox.github.checks.listen(({ headSha, status, name }) => {
      if (name === PROJECT_CHECK) return;
      if (status === 'in_progress') this.#shown.add(headSha);
      if (status === 'completed' && !this.#completedAt.has(headSha))
        this.#completedAt.set(headSha, performance.now());
    });
  }

  prepare(deployments: number, installations: number): readonly PreparedRepository[] {
    const { github, meltano } = this.sandbox;
    const prepared: PreparedRepository[] = [];
    const ids = Array.from(
      { length: installations },
      (_, number) => github.installations.add({ account: `acme-${number}` }).id,
    );
    for (let number = 0; number < deployments; number += 1) {
      const account = `acme-${number % installations}`;
      const name = `data-${number}`;
      const repository = `${account}/${name}`;
      const files = { 'meltano.yml': 'version: 1\n' };
      const { id } = github.repositories.add({ fullName: repository, private: true, files });
      const repositoryUrl = this.sandbox.repositoryUrl(repository);
      const workspace = meltano.addWorkspace({ name: `Analytics ${number}`, repositoryUrl });
      const sha = github.branches.head(repository);
      this.#deployments.push({ repository, account, workspace, job: null, sha });
      const installationId = ids[number % installations] ?? 0;
      prepared.push({ id, owner: account, name, installationId, head: sha });
    }
    return prepared;
  }

  async begin(webhookUrl: string): Promise<readonly WatchedJob[]> {
    const { github, meltano } = this.sandbox;
    github.hook.url = webhookUrl;
    const made = new Map<string, SandboxJob>();
    meltano.script = () => 'manual';
    for (let from = 0; from < this.#deployments.length; from += PUSHES_AT_ONCE) {
      const sent = this.#deployments.slice(from, from + PUSHES_AT_ONCE).map((deployment) => {
        const files = { 'meltano.yml': `version: 1\n# ${deployment.repository}\n` };
        const pushed = github.branches.push({ repository: deployment.repository, files });
        deployment.sha = github.branches.head(deployment.repository);
        return pushed.delivered;
      });
      await Promise.all(sent);
    }
    await until(
      () => {
        for (const job of meltano.jobs) made.set(job.workspaceId, job);
        for (const job of meltano.jobs) if (job.status === 'QUEUED') job.run();
        return (
          made.size === this.#deployments.length && this.#deployments.every(({ sha }) => this.#shown.has(sha))
        );
      },
      BEGIN_LIMIT_MS,
      () => `${made.size} jobs, ${this.#shown.size} check runs`,
    );
    for (const deployment of this.#deployments) deployment.job = made.get(deployment.workspace.id) ?? null;
    return [];
  }

  /** Pushes to each repository. The deliveries fail, because the app is stopped. */
  async losePushes(logLagMs: number): Promise<void> {
    const { github, meltano } = this.sandbox;
    github.hook.lagMs = logLagMs;
    meltano.script = (context) => defaultScript(context);
    for (const { job } of this.#deployments) if (job && !job.ended) job.end('COMPLETE');
    const sent = this.#deployments.map((deployment) => {
      deployment.job = meltano.jobsOf(deployment.workspace).at(-1) ?? null;
      const { delivered } = github.branches.push({
        repository: deployment.repository,
        files: { 'meltano.yml': `version: 1\n# ${Date.now()} ${deployment.repository}\n` },
      });
      return delivered;
    });
    await Promise.all(sent);
  }

  async awaitLostPushes(): Promise<readonly number[]> {
    const { meltano } = this.sandbox;
    const newest = () => this.#deployments.map(({ workspace }) => meltano.jobsOf(workspace).at(-1) ?? null);
    await until(
      () => newest().every((job, index) => job !== null && job !== this.#deployments[index]?.job),
      REPORT_LIMIT_MS * 4,
      () => 'not all lost pushes were deployed',
    );
    return newest().map((job) => job?.created ?? Number.NaN);
  }

  /** Creates jobs without the app, and returns what a peer needs to watch them. */
  async beginWithoutApp(createToken: (account: string) => Promise<string>): Promise<readonly WatchedJob[]> {
    const { github, meltano } = this.sandbox;
    const tokens = new Map<string, string>();
    const watched: WatchedJob[] = [];
    for (const deployment of this.#deployments) {
      const { account, repository, sha } = deployment;
      const githubToken = tokens.get(account) ?? (await createToken(account));
      tokens.set(account, githubToken);
      deployment.job = meltano.createJob(deployment.workspace);
      deployment.job.run();
      watched.push({
        jobUrl: `${meltano.apiUrl}/jobs/${deployment.job.id}`,
        checkRunsUrl: `${github.origin}/api/v3/repos/${repository}/check-runs`,
        headSha: sha,
        githubToken,
        meltanoToken: meltano.token,
      });
    }
    return watched;
  }

  /** Jobs write their lines in turns, not all at once. */
  log(jobs: number, everyMs: number): void {
    this.stopLogs();
    this.#logging = jobs;
    if (jobs === 0) return;
    let turn = 0;
    const stepMs = 50;
    const perStep = (jobs * stepMs) / everyMs;
    let owed = 0;
    this.#loggers = setInterval(() => {
      for (owed += perStep; owed >= 1; owed -= 1) {
        const { job } = this.#deployments[turn % jobs] ?? {};
        turn += 1;
        if (job && !job.ended) job.log(`${new Date().toISOString()} [info     ] Installed plugin ${turn}`);
      }
    }, stepMs);
  }

  stopLogs(): void {
    if (this.#loggers) clearInterval(this.#loggers);
  }

  reset(): void {
    this.sandbox.meltano.service.exchanges.length = 0;
    this.sandbox.github.service.exchanges.length = 0;
    this.#countedFrom = Date.now();
  }

  counts(): WorldCounts {
    const { github, meltano } = this.sandbox;
    const quiet = this.#deployments.slice(this.#logging).flatMap(({ job }) => job?.id ?? []);
    const seconds = (Date.now() - this.#countedFrom) / 1000;
    return { seconds, ...countRequests(github.service.exchanges, meltano.service.exchanges, quiet) };
  }

  async end({ from, to, withinMs }: { from: number; to: number; withinMs: number }): Promise<readonly Lag[]> {
    const ending = this.#deployments.slice(from, to);
    const endedAt = new Map<string, number>();
    for (const { job, sha } of ending) {
      job?.end('COMPLETE');
      endedAt.set(sha, performance.now());
      await sleep(withinMs / ending.length);
    }
    await until(
      () => ending.every(({ sha }) => this.#completedAt.has(sha)),
      REPORT_LIMIT_MS,
      () => 'not all ends were reported',
    );
    return ending.map(({ sha }, index) => ({
      job: from + index,
      ms: (this.#completedAt.get(sha) ?? Number.NaN) - (endedAt.get(sha) ?? Number.NaN),
    }));
  }
}

async function until(holds: () => boolean, limitMs: number, describe: () => string): Promise<void> {
  const deadline = performance.now() + limitMs;
  while (!holds()) {
    if (performance.now() > deadline) throw new Error(`The simulated services waited in vain: ${describe()}`);
    await sleep(LOOK_MS);
  }
}
