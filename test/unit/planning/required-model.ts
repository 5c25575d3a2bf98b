import { createSeededRandom } from '../../../sandbox/http/seeded-random.ts';
import type { CommitRun, ProjectVerdict } from '../../../src/domain/commit-run.ts';
import type { AppEvent } from '../../../src/domain/delivery.ts';
import { type Deployment, isReported } from '../../../src/domain/deployment.ts';
import { makeRequiredCheckId } from '../../../src/domain/required-check.ts';
import { RequiredChecker } from '../../../src/planning/required-checker.ts';
import { wakeUnfinished } from '../../../src/recovery/wake-unfinished.ts';
import { openRun } from '../../../src/reporting/pace/queued-run.ts';
import { renderCommitRun } from '../../../src/reporting/render/render-commit-run.ts';
import { notifyCommands } from '../../../src/reporting/reporter.ts';
import { planDuplicateCheck, QueuedRunWriter } from '../../../src/reporting/write-queued-run.ts';
import { FakeReporter, START } from '../deploying/fake-ports.ts';
import { buildWorkspace, REPOSITORY } from '../deploying/reconcile-world.ts';
import { FakeCheckRuns, LOST, limit } from '../reporting/fake-check-runs.ts';
import { createWriteQueues } from '../reporting/pace/create-queues.ts';
import { buildComment, buildPush, PlanWorld } from './plan-world.ts';

const SECOND = 1_000;
const ZEROS = '0'.repeat(40);
/** A required check is there this long after its delivery. */
const REPORTED_WITHIN_S = 10;
const WORKSPACES = [
  buildWorkspace({ id: 'main-1', name: 'Analytics' }),
  buildWorkspace({ id: 'main-2', name: 'Sales' }),
  buildWorkspace({ id: 'staging', name: 'Staging', branch: 'staging' }),
];
const ENDS = [
  ['success', 'job_complete'],
  ['success', 'job_complete'],
  ['failure', 'job_error'],
  ['cancelled', 'job_stopped'],
  ['timed_out', 'watch_timeout'],
] as const;
const WORST = ['failure', 'action_required', 'timed_out', 'cancelled'];

/**
 * One repository with the required check, over the real planner, store, judge and writer of check runs. Events, answers of
 * the two services and kills come in a random order.
 */
export class RequiredModel {
  readonly world: PlanWorld;
  readonly api = new FakeCheckRuns();
  /** The commits that were a head in a delivery that arrived. */
  readonly heads = new Set<string>();
  /** The head of a pull request to main, or of a merge queue of main. */
  readonly #toMain = new Set<string>();
  readonly #bad = new Set<string>();
  readonly #random: () => number;
  readonly #branches = new Map<string, string>();
  #lost: AppEvent[] = [];
  #later = new Map<string, number>();
  #commits = 0;
  #second = START / SECOND;
  #parts = this.#open();

  static async open(seed: number): Promise<RequiredModel> {
    return new RequiredModel(await PlanWorld.open(), seed);
  }

  private constructor(world: PlanWorld, seed: number) {
    this.world = world;
    this.#random = createSeededRandom(seed);
    world.meltano.workspaces = WORKSPACES;
    world.files.everywhere = 'checks: { gate: true, project: block }\n';
    this.#parts = this.#open();
  }

  #open() {
    // The first call is from the initial value, before the constructor's body.
    const { world } = this;
    if (!world) return null;
    const { stores, clock, dispatcher } = world;
    const sink = new FakeReporter();
    const reporter = notifyCommands(sink, dispatcher);
    const log = { info: () => undefined, warn: () => undefined, error: () => undefined } as never;
    const queue = createWriteQueues().of(1);
    const writer = new QueuedRunWriter({
      api: this.api,
      store: stores,
      repositories: stores,
      clock,
      log,
      random: () => 0.5,
      onWritten: () => undefined,
      renderCommit: renderCommitRun,
      pages: { githubUrl: 'https://github.com', workspaceUrl: () => 'https://app.meltano.com' },
    } as never);
    const checker = new RequiredChecker({
      store: stores,
      repositories: stores,
      reporter,
      dispatcher,
      clock,
      log,
      githubUrl: 'https://github.com',
      onConcluded: () => undefined,
    });
    return { sink, reporter, queue, writer, checker };
  }

  get parts() {
    if (!this.#parts) throw new Error('Not open.');
    return this.#parts;
  }

  /** One random event, and what follows from it at once. */
  async step(): Promise<void> {
    const acts = [
      () => this.#push(this.#pick(['main', 'main', 'staging', 'feature', 'topic'])),
      () => this.#push(this.#pick(['main', 'feature'])),
      () => this.#moveTo(this.#pick(['main', 'staging', 'feature'])),
      () => this.#openPull(),
      () => this.#queue(),
      () => this.#end(),
      () => this.#end(),
      () => this.#redeploy(),
      () => this.#rerun(),
      () => this.#restart(),
      () => this.#switchMeltano(),
      async () => this.api.next({ failure: LOST, made: this.#random() < 0.5 }),
      async () => this.api.nextCreates({ failure: limit(2_000) }),
      () => this.#redeliver(),
    ];
    await this.#pick(acts)();
    await this.pass(this.#random() < 0.2 ? 30 : 1);
  }

  #pick<T>(list: readonly T[]): T {
    return list[Math.floor(this.#random() * list.length)] as T;
  }

  #newCommit(): string {
    this.#commits += 1;
    const sha = this.#commits.toString(16).padStart(40, 'c');
    if (this.#random() < 0.25) this.#bad.add(sha);
    return sha;
  }

  async #arrive(event: AppEvent, sha: string): Promise<void> {
    // Lost deliveries are sent again later; a repeated one changes nothing.
    if (this.#random() < 0.15) return void this.#lost.push(event);
    this.heads.add(sha);
    await this.world.deliver(event);
    if (this.#random() < 0.1) await this.world.deliver(event);
  }

  async #move(branch: string, after: string): Promise<void> {
    const before = this.#branches.get(branch) ?? ZEROS;
    this.#branches.set(branch, after);
    this.world.heads.set(branch, after);
    this.#second += 1;
    const ref = `refs/heads/${branch}`;
    await this.#arrive(buildPush({ ref, before, after, pushedAt: this.#second * SECOND }), after);
  }

  #push(branch: string): Promise<void> {
    return this.#move(branch, this.#newCommit());
  }

  /** A branch moves to a commit that is there: a merge without a commit, or a push back. */
  async #moveTo(branch: string): Promise<void> {
    const known = [...this.heads];
    if (known.length > 0) await this.#move(branch, this.#pick(known));
  }

  async #openPull(): Promise<void> {
    const feature = this.#branches.get('feature');
    const headSha = feature && this.#random() < 0.5 ? feature : this.#newCommit();
    const base = { branch: 'main', sha: this.#branches.get('main') ?? ZEROS.replace(/0$/, '1') };
    this.#toMain.add(headSha);
    const event = { kind: 'pull_request', account: 'acme', repository: REPOSITORY, headSha, base } as const;
    await this.#arrive({ ...event, number: 1 + this.#commits }, headSha);
  }

  async #queue(): Promise<void> {
    const sha = this.#newCommit();
    this.#toMain.add(sha);
    await this.#move(`gh-readonly-queue/main/pr-${this.#commits}-${sha}`, sha);
  }

  async #redeliver(): Promise<void> {
    const event = this.#lost.shift();
    if (!event) return;
    if (event.kind === 'push') this.heads.add(event.after);
    if (event.kind === 'pull_request') this.heads.add(event.headSha);
    await this.world.deliver(event);
  }

  async #redeploy(): Promise<void> {
    this.#second += 1;
    if (!this.#branches.has('main')) return;
    await this.world.deliver(
      buildComment('/redeploy', { askedAt: this.#second * SECOND, commentId: this.#second }),
    );
  }

  async #rerun(): Promise<void> {
    const id = 1 + Math.floor(this.#random() * this.api.runs.length);
    const run = this.api.runs[id - 1];
    if (run?.status !== 'completed') return;
    const shown = { id, name: run.name, externalId: run.external_id, conclusion: run.conclusion ?? null };
    await this.world.deliver({
      kind: 'rerun',
      account: 'acme',
      repository: REPOSITORY,
      how: 'rerun',
      sha: run.head_sha,
      run: { ...shown, url: null, title: null, startedAt: null, completedAt: null },
      actor: 'ana',
      pushedAt: this.#second * SECOND,
    });
  }

  async #restart(): Promise<void> {
    const { world } = this;
    world.restart();
    world.dispatcher.wakes.splice(0);
    world.reporter.reports.splice(0);
    this.#later.clear();
    this.#parts = this.#open();
    await wakeUnfinished({
      store: world.stores,
      dispatcher: world.dispatcher,
      reporter: this.parts.reporter,
    });
  }

  async #switchMeltano(): Promise<void> {
    const failure = { kind: 'status', status: 503, message: 'Unavailable', retryAfterMs: null } as const;
    this.world.meltano.always('listWorkspaces', this.#random() < 0.5 ? { ok: false, failure } : null);
  }

  async #openDeployments(): Promise<Deployment[]> {
    const lists = WORKSPACES.map(({ id }) =>
      this.world.stores.listOpen({ account: 'environment', workspaceId: id }),
    );
    return (await Promise.all(lists)).flat();
  }

  /** Starts a waiting deployment, or ends one. */
  async #end(always = false): Promise<boolean> {
    const { stores, clock } = this.world;
    const open = await this.#openDeployments();
    const one = open[Math.floor(this.#random() * open.length)];
    if (!one) return false;
    const isHeld = this.#bad.has(one.sha) && one.state === 'waiting';
    const [conclusion, reason] = isHeld ? (['skipped', 'project_error'] as const) : this.#pick(ENDS);
    const isStart = !always && !isHeld && one.state === 'waiting' && this.#random() < 0.5;
    const change = isStart
      ? ({ state: 'starting', attemptedAt: clock.now() } as const)
      : ({ state: 'concluded', conclusion, reason, concludedAt: clock.now() } as const);
    const saved = await stores.saveDeployment(one.id, change);
    if (saved) this.parts.reporter.changed(saved);
    return true;
  }

  /** Lets the app work, and the time go by. */
  async pass(seconds: number): Promise<void> {
    for (let second = 0; second < seconds; second += 1) {
      for (let turn = 0; turn < 20 && (await this.#work()); turn += 1);
      this.world.clock.advance(SECOND);
    }
  }

  /** True if there was something to do. */
  async #work(): Promise<boolean> {
    const { world } = this;
    const { reporter, sink } = this.parts;
    const now = world.clock.elapsed();
    await world.plan();
    for (const one of world.reporter.reports.splice(0)) reporter.changed(one);
    for (const [key, dueAt] of this.#later) if (dueAt <= now) this.#wakeLater(key);
    const wakes = world.dispatcher.wakes.splice(0);
    for (const { queue, key } of wakes) {
      if (queue === 'project') await this.#checkProject(key);
      if (queue !== 'required') continue;
      const delay = await this.parts.checker.check(key);
      if (delay !== null) this.#later.set(key, now + delay);
    }
    sink.commitRuns.splice(0);
    const written = await this.#write();
    return wakes.length > 0 || written;
  }

  #wakeLater(key: string): void {
    this.#later.delete(key);
    this.world.dispatcher.wake('required', key);
  }

  /** Writes what is owed, like the writer's timer. */
  async #write(): Promise<boolean> {
    const { queue, writer } = this.parts;
    let isWritten = false;
    for (const owed of await this.world.stores.listOwedCommitRuns()) {
      const run = queue.runs.get(owed.id) ?? openRun(owed.id);
      queue.runs.set(owed.id, run);
      planDuplicateCheck(run, owed, this.world.clock);
      const dueAt = isReported(owed) ? (run.duplicateCheckAt ?? Infinity) : run.retryAt;
      if (dueAt > this.world.clock.elapsed()) continue;
      run.mayConclude = true;
      const what = isReported(owed) ? null : ('required' as const);
      await writer.write({ id: 1, queue }, { run, owed: what, send: (request) => request() });
      isWritten = true;
    }
    return isWritten;
  }

  async #checkProject(key: string): Promise<void> {
    const { stores } = this.world;
    const run = await stores.getCommitRun(key);
    if (run?.verdict.kind !== 'project' || run.state !== 'waiting') return;
    const saved = await stores.concludeProjectRun(run, this.#judgeProject(run, run.verdict));
    if (saved) this.world.dispatcher.wake('required', makeRequiredCheckId(run.repositoryId, run.sha));
  }

  #judgeProject({ sha }: CommitRun, { comparisons }: ProjectVerdict): ProjectVerdict['result'] {
    const errors = comparisons.map(({ workspaceId }) => ({ workspaceId, first: 'x', count: 1, since: null }));
    const isBad = this.#bad.has(sha);
    const conclusion = isBad ? 'failure' : 'success';
    return { conclusion, title: '', summary: '', annotations: [], errors: isBad ? errors : [], unread: null };
  }

  /** Everything arrives, everything ends, and both services answer. */
  async finish(): Promise<void> {
    this.world.meltano.always('listWorkspaces', null);
    while (this.#lost.length > 0) await this.#redeliver();
    await this.pass(400);
    while (await this.#end(true)) await this.pass(1);
    await this.pass(200);
  }

  /** The check runs of a commit, oldest first. */
  runsOf(sha: string) {
    return this.api.runs.filter((one) => one.head_sha === sha && one.name === 'Meltano Deploy');
  }

  /** The heads without a check run although their delivery came ten seconds ago. */
  async listUnreported(): Promise<string[]> {
    await this.pass(REPORTED_WITHIN_S);
    return [...this.heads].filter((sha) => this.runsOf(sha).length === 0);
  }

  /** What a plain reading of the commit's deployments says. */
  async expected(sha: string): Promise<string> {
    const { stores } = this.world;
    const all = await stores.listCommitDeployments({ repositoryId: REPOSITORY.id, sha });
    const results: string[] = [];
    for (const { id } of WORKSPACES) {
      const last = newest(all.filter((one) => one.workspaceId === id));
      if (last) results.push(await this.#resultOf(last));
      else if (id !== 'staging' && this.#bad.has(sha) && this.#toMain.has(sha)) results.push('failure');
    }
    return WORST.find((one) => results.includes(one)) ?? 'success';
  }

  async #resultOf(deployment: Deployment): Promise<string> {
    if (deployment.reason === 'project_error') return 'failure';
    if (deployment.reason !== 'superseded') return deployment.conclusion ?? 'open';
    const { stores } = this.world;
    const successor = await stores.getDeployment(deployment.supersededBy ?? '');
    if (!successor) return 'none';
    const others = await stores.listCommitDeployments(successor);
    const last = newest(others.filter((one) => one.workspaceId === deployment.workspaceId));
    return last ? this.#resultOf(last) : 'none';
  }
}

function newest(deployments: readonly Deployment[]): Deployment | undefined {
  return deployments
    .filter(({ reason }) => reason !== 'branch_not_tracked')
    .toSorted((a, b) => a.pushedAt - b.pushedAt || a.receivedAt - b.receivedAt)
    .at(-1);
}
