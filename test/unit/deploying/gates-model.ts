import { randomUUID } from 'node:crypto';
import { createSeededRandom } from '../../../sandbox/http/seeded-random.ts';
import { DEFAULTS_IN_USE } from '../../../src/domain/configuration-in-use.ts';
import type { Deployment } from '../../../src/domain/deployment.ts';
import type { PlannedGate } from '../../../src/domain/gate.ts';
import { DEFAULT_CONFIGURATION } from '../../../src/domain/repository-configuration.ts';
import { refuse } from './fake-meltano.ts';
import { START } from './fake-ports.ts';
import { GatesOracle, type SeenStart } from './gates-oracle.ts';
import { type Frozen, pickFrozen } from './known-freezes.ts';
import { MINUTE, REPOSITORY, WORKSPACE_ID, WORKSPACE_KEY, World } from './reconcile-world.ts';
import { StagingModel } from './staging-model.ts';

const ACTIONS = 25;
const TIMEOUT_MINUTES = 60;
const WORKSPACE = { ...WORKSPACE_KEY, repositoryId: REPOSITORY.id };
const SECOND = 1_000;
const MELTANO_CALLS = ['startDeployment', 'getJob', 'listJobs'] as const;

class Killed extends Error {}

/**
 * A workspace with gates, over the real reconciler and store. Pushes, checks, the workspace before it, approvals, locks,
 * freezes, outages and kills come in a random order.
 */
export class GatesModel {
  readonly world: World;
  readonly starts: SeenStart[] = [];
  /** The heads of starts that Meltano Cloud accepted. */
  readonly accepted = new Set<string>();
  /** What happened, for whoever has to mend it. */
  readonly history: string[] = [];
  readonly late: string[] = [];
  readonly reopened: string[] = [];
  /** How often a deployment was seen with these. */
  readonly seen = new Map<string, number>();
  readonly gates: readonly PlannedGate[];
  readonly #random: () => number;
  readonly #staging: StagingModel;
  readonly #oracle: GatesOracle;
  readonly #notBy: 'author' | null;
  readonly #commits: string[] = [];
  readonly #ends = new Map<string, string>();
  /** Calls until the next kill. */
  #killIn = Infinity;
  #isHeadPlanned = false;
  #isCalm = false;

  static async open(seed: number): Promise<GatesModel> {
    return new GatesModel(await World.open(), createSeededRandom(seed));
  }

  private constructor(world: World, random: () => number) {
    this.world = world;
    this.#random = random;
    this.#staging = new StagingModel(world, random);
    this.#oracle = new GatesOracle(world, this.#staging);
    this.#notBy = random() < 0.3 ? 'author' : null;
    this.gates = this.#chooseGates();
    this.#disturbReads();
    const start = world.meltano.startDeployment.bind(world.meltano);
    world.meltano.startDeployment = async (workspaceId) => {
      this.starts.push(await this.#oracle.judgeStart());
      const { head } = this.starts.at(-1) ?? { head: null };
      const answer = await start(workspaceId);
      if (answer.ok && head !== null) this.accepted.add(head);
      return answer;
    };
    world.intercept = this.#intercept;
    world.restart();
  }

  #chooseGates(): PlannedGate[] {
    const passed = null;
    const timeoutMinutes = TIMEOUT_MINUTES;
    const wanted = [{ name: 'test', app: null, accept: [] }];
    const all: PlannedGate[] = [
      { kind: 'order', after: [this.#staging.workspace], timeoutMinutes, passed },
      { kind: 'checks', wanted, timeoutMinutes, passed },
      { kind: 'approval', role: 'maintain', notBy: this.#notBy, approval: null, passed },
    ];
    // Behind several gates, few starts are tried.
    return this.#random() < 0.6 ? [this.#pick(all)] : all.filter(() => this.#random() < 0.5);
  }

  #disturbReads(): void {
    const { gateReads } = this.world;
    const [readHead, readChecks] = [gateReads.readHead, gateReads.readChecks];
    gateReads.readHead = async (...of) => {
      const answer = await readHead.apply(gateReads, of);
      await this.#disturb();
      return answer;
    };
    gateReads.readChecks = async (...of) => {
      const answer = await readChecks.apply(gateReads, of);
      await this.#disturb();
      return answer;
    };
  }

  /** While the app waits for an answer, time passes, or the branch moves. */
  async #disturb(): Promise<void> {
    if (this.#isCalm) return;
    this.#delay(0.03);
    if (this.#random() < 0.01) await this.push();
  }

  #delay(chance: number): void {
    if (this.#random() < chance) this.world.clock.advance(Math.round(this.#random() * 4 * SECOND));
  }

  #intercept = <T extends object>(target: T): T =>
    new Proxy(target, {
      get: (of, key) => {
        const value = Reflect.get(of, key);
        if (typeof value !== 'function') return value;
        return async (...given: unknown[]) => {
          this.#killIn -= 1;
          const isBefore = this.#random() < 0.5;
          if (this.#killIn <= 0 && isBefore) throw new Killed();
          const answer = await value.apply(of, given);
          if (this.#killIn <= 0) throw new Killed();
          this.#delay(0.005);
          return answer;
        };
      },
    });

  #pick<T>(choices: readonly T[]): T {
    const picked = choices[Math.floor(this.#random() * choices.length)];
    if (picked === undefined) throw new Error('There is nothing to choose from.');
    return picked;
  }

  /** The head, or a commit that may have been it. */
  #recent(): string {
    const { head } = this.world.gateReads;
    return this.#random() < 0.5 && head !== null ? head : this.#pick(this.#commits.slice(-2));
  }

  /** A new commit, or an older one by force. One push of four is never delivered: only the branch tells. */
  async push(): Promise<void> {
    const { world } = this;
    const isForced = this.#commits.length > 1 && this.#random() < 0.1;
    const sha = isForced ? this.#pick(this.#commits) : String(this.#commits.length + 1).padStart(40, 'c');
    if (!isForced) this.#commits.push(sha);
    world.gateReads.head = sha;
    this.#isHeadPlanned = this.#random() < 0.75;
    this.#note(`push ${sha.slice(-3)}${this.#isHeadPlanned ? '' : ', not delivered'}`);
    if (!this.#isHeadPlanned) return;
    await this.#staging.push(sha);
    await world.push({ sha, gates: this.gates });
  }

  async #command(forcedBy: string | null): Promise<void> {
    const sha = this.world.gateReads.head;
    if (sha === null || this.#commits.length === 0) return;
    await this.world.push({ sha, gates: this.gates, cause: 'command', forcedBy });
    this.#isHeadPlanned = true;
  }

  #report(): void {
    const sha = this.#recent();
    const name = this.#pick(['test', 'test', 'test', 'Test', 'test (2)']);
    const conclusion = this.#pick([null, 'success', 'success', 'failure', 'cancelled', 'timed_out', 'stale']);
    const app = this.#pick(['github-actions', 'github-actions', 'circleci']);
    this.world.gateReads.report(sha, name, conclusion, app);
    this.#note(`${app} ${name} ${conclusion ?? 'runs'} on ${sha.slice(-3)}`);
  }

  /** What a command stores. */
  async #store(plan: object): Promise<void> {
    const { stores, clock } = this.world;
    const deliveryId = randomUUID();
    const event = { kind: 'comment', repository: REPOSITORY } as never;
    await stores.record({ id: deliveryId, name: 'issue_comment', receivedAt: clock.now(), event });
    await stores.commitPlan({ deliveryId, outcome: 'command', deployments: [], now: clock.now(), ...plan });
  }

  async #lock(isLocked: boolean): Promise<void> {
    this.#oracle.isLocked = isLocked;
    const workspaceId = this.#pick([null, WORKSPACE_ID]);
    const { id: repositoryId } = REPOSITORY;
    const lock = { repositoryId, workspaceId, by: 'mia', reason: 'month end', lockedAt: START };
    await this.#store({ locks: { repositoryId, locks: isLocked ? [lock] : [] } });
  }

  /** An earlier approval can have been given by somebody with a lower role, or under a rule that let authors approve. */
  async #approve(sha: string): Promise<void> {
    if (this.#oracle.approved.has(sha)) return;
    const role = this.#isCalm ? 'maintain' : this.#pick(['maintain', 'maintain', 'write']);
    const notBy = this.#isCalm ? this.#notBy : this.#pick([this.#notBy, null]);
    if (role === 'maintain' && notBy === this.#notBy) this.#oracle.approved.add(sha);
    this.#note(`${role} approves ${sha.slice(-3)}${notBy === null ? '' : ', no author'}`);
    const approval = { ...WORKSPACE, sha, by: 'mia', role, notBy, at: this.world.clock.now() };
    await this.#store({ approvals: [approval] });
  }

  async #act(): Promise<void> {
    const { world } = this;
    const action = this.#pick([
      ...['push', 'push', 'check', 'check', 'check', 'check', 'stage', 'stage', 'stage', 'stage'],
      ...['approve', 'approve', 'approve', 'lock', 'end', 'end', 'kill', 'kill', 'away', 'redeploy', 'force'],
    ]);
    if (action === 'push' || this.#commits.length === 0) return this.push();
    if (action === 'check') return this.#report();
    this.#note(action);
    switch (action) {
      case 'stage':
        return this.#staging.move(world.gateReads.head ?? '');
      case 'approve':
        return this.#approve(this.#recent());
      case 'lock':
        return this.#lock(!this.#oracle.isLocked);
      case 'end':
        return this.#endJobs();
      case 'kill':
        this.#killIn = Math.ceil(this.#random() * 30);
        return undefined;
      case 'away':
        return this.#fail();
      default:
        return this.#command(action === 'force' ? 'mia' : null);
    }
  }

  #endJobs(): void {
    for (const { id, status } of this.world.meltano.jobs) {
      if (status === 'COMPLETE' || status === 'ERROR') continue;
      this.world.meltano.moveJob({ status: this.#pick(['COMPLETE', 'COMPLETE', 'ERROR']) }, id);
    }
  }

  async #run(ms: number): Promise<void> {
    const { world } = this;
    const end = world.clock.elapsed() + ms;
    while (world.clock.elapsed() < end) {
      try {
        await world.runFor(end - world.clock.elapsed());
        break;
      } catch (error) {
        if (!(error instanceof Killed)) throw error;
        this.#note('killed');
        this.#killIn = Infinity;
        world.restart();
      }
    }
    world.clock.advance(Math.max(0, end - world.clock.elapsed()));
    await this.#inspect();
  }

  /** Looks for waits that outlive their time-out, and for ends that changed. */
  async #inspect(): Promise<void> {
    const now = this.world.clock.now();
    for (const one of await this.readAll()) {
      const { id, state, hold, conclusion, receivedAt, reason } = one;
      this.#count(state === 'concluded' ? `ended: ${reason}` : `${state}: ${hold?.reason ?? '-'}`);
      const isTimed = hold?.reason === 'checks_pending' || hold?.reason === 'order_pending';
      const isLate = now - receivedAt > TIMEOUT_MINUTES * MINUTE + 15 * SECOND;
      if (state === 'waiting' && isLate && (isTimed || this.#lacksCheck(one))) this.late.push(id);
      const before = this.#ends.get(id);
      if (before !== undefined && before !== conclusion) this.reopened.push(id);
      if (state === 'concluded') this.#ends.set(id, String(conclusion));
    }
  }

  /** It waits for a check that never succeeded on its commit. */
  #lacksCheck({ gates, sha, forcedBy, heldSince }: Deployment): boolean {
    const runs = this.world.gateReads.checks.get(sha) ?? [];
    const isWanted = forcedBy === null && heldSince === null && gates.some(({ kind }) => kind === 'checks');
    return isWanted && !runs.some(({ conclusion }) => conclusion === 'success');
  }

  readAll(): Promise<Deployment[]> {
    return this.world.stores.listRecent(WORKSPACE, 1_000);
  }

  #count(what: string): void {
    this.seen.set(what, (this.seen.get(what) ?? 0) + 1);
  }

  #note(what: string): void {
    this.history.push(`${Math.round(this.world.clock.elapsed() / SECOND)} s: ${what}`);
  }

  #freeze(frozen: Frozen): void {
    const { world } = this;
    this.#oracle.frozen = frozen;
    world.clock.advance(frozen.begin - world.clock.now());
    const deploy = { ...DEFAULT_CONFIGURATION.deploy, freeze: frozen.freezes };
    world.configuration = { ...DEFAULTS_IN_USE, configuration: { ...DEFAULT_CONFIGURATION, deploy } };
  }

  async play(): Promise<void> {
    if (this.#random() < 0.3) this.#freeze(pickFrozen(this.#random));
    for (let count = 0; count < ACTIONS; count += 1) {
      await this.#act();
      await this.#relax();
      // What was read before counts for 2 s.
      this.world.clock.advance(3 * SECOND);
      const isLong = this.#random() < 0.05;
      await this.#run(isLong ? 61 * MINUTE : Math.round(this.#random() ** 2 * 8 * MINUTE));
    }
  }

  /** One of the services has an outage. */
  #fail(): void {
    if (this.#random() < 0.5) this.world.gateReads.isAway = true;
    else for (const method of MELTANO_CALLS) this.world.meltano.always(method, refuse(503, 'away'));
  }

  #recover(): void {
    this.world.gateReads.isAway = false;
    for (const method of MELTANO_CALLS) this.world.meltano.always(method, null);
  }

  /** Outages, locks and jobs don't last, or they would hide the other gates. */
  async #relax(): Promise<void> {
    if (this.#random() < 0.4) this.#recover();
    if (this.#oracle.isLocked && this.#random() < 0.2) await this.#lock(false);
    if (this.#random() < 0.3) this.#endJobs();
  }

  /** Everything opens. Returns the head, if it has to be deployed. */
  async calm(): Promise<string | null> {
    const { world } = this;
    const head = world.gateReads.head ?? '';
    this.#note('calm');
    this.#isCalm = true;
    world.configuration = DEFAULTS_IN_USE;
    this.#oracle.frozen = null;
    this.#recover();
    this.#killIn = Infinity;
    if (this.#oracle.isLocked) await this.#lock(false);
    for (const app of ['github-actions', 'circleci']) world.gateReads.report(head, 'test', 'success', app);
    await this.#approve(head);
    await this.#staging.repair(head);
    for (const minutes of [6, 6, 6, TIMEOUT_MINUTES]) {
      this.#endJobs();
      await this.#run(minutes * MINUTE);
    }
    return this.#isHeadPlanned ? head : null;
  }

  /** Locks the workspace for longer than anything may wait. */
  async forget(): Promise<void> {
    await this.push();
    await this.#lock(true);
    for (let day = 0; day < 8; day += 1) {
      await this.#run(24 * 60 * MINUTE);
      this.#endJobs();
    }
  }
}
