import { createSeededRandom } from '../../../sandbox/http/seeded-random.ts';
import type { AppEvent } from '../../../src/domain/delivery.ts';
import type { Deployment } from '../../../src/domain/deployment.ts';
import { START } from '../deploying/fake-ports.ts';
import { buildWorkspace, REPOSITORY } from '../deploying/reconcile-world.ts';
import { LOST, limit } from '../reporting/fake-check-runs.ts';
import { buildComment, buildPush, PlanWorld } from './plan-world.ts';
import { RequiredRig } from './required-rig.ts';

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

/** One repository with the required check. Events, answers of the two services and kills come in a random order. */
export class RequiredModel extends RequiredRig {
  /** The commits that were a head in a delivery that arrived. */
  readonly heads = new Set<string>();
  /** The head of a pull request to main, or of a merge queue of main. */
  readonly #toMain = new Set<string>();
  readonly #random: () => number;
  readonly #branches = new Map<string, string>();
  #lost: AppEvent[] = [];
  #commits = 0;
  #second = START / SECOND;

  static async openSeeded(seed: number): Promise<RequiredModel> {
    return new RequiredModel(await PlanWorld.open(), seed);
  }

  private constructor(world: PlanWorld, seed: number) {
    super(world);
    this.#random = createSeededRandom(seed);
    world.meltano.workspaces = WORKSPACES;
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
      () => this.restart(),
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
    if (this.#random() < 0.25) this.bad.add(sha);
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
    const isHeld = this.bad.has(one.sha) && one.state === 'waiting';
    const [conclusion, reason] = isHeld ? (['skipped', 'project_error'] as const) : this.#pick(ENDS);
    const isStart = !always && !isHeld && one.state === 'waiting' && this.#random() < 0.5;
    const change = isStart
      ? ({ state: 'starting', attemptedAt: clock.now() } as const)
      : ({ state: 'concluded', conclusion, reason, concludedAt: clock.now() } as const);
    const saved = await stores.saveDeployment(one.id, change);
    if (saved) this.parts.reporter.changed(saved);
    return true;
  }

  /** Everything arrives, everything ends, and both services answer. */
  async finish(): Promise<void> {
    this.world.meltano.always('listWorkspaces', null);
    while (this.#lost.length > 0) await this.#redeliver();
    await this.pass(400);
    while (await this.#end(true)) await this.pass(1);
    await this.pass(200);
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
      else if (id !== 'staging' && this.bad.has(sha) && this.#toMain.has(sha)) results.push('failure');
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
