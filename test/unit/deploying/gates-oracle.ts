import type { Deployment } from '../../../src/domain/deployment.ts';
import type { Frozen } from './known-freezes.ts';
import { WORKSPACE_KEY, type World } from './reconcile-world.ts';
import type { StagingModel } from './staging-model.ts';

/** Meltano Cloud is asked at most this long after the head was read. */
const HEAD_MS = 2_000;
/** And its checks were read at most so long before. */
const CHECKS_MS = 2_100;
/** A start may be under way when a freeze begins. */
const FREEZE_MS = 10_000;

export interface SeenStart {
  readonly head: string | null;
  readonly headMs: number;
  /** The kinds of gates that weren't open. */
  readonly closed: readonly string[];
  readonly forced: boolean;
}

/** Judges each start by what the app could know then, and by a plain notion of its own of each gate. */
export class GatesOracle {
  readonly approved = new Set<string>();
  isLocked = false;
  frozen: Frozen | null = null;
  readonly #world: World;
  readonly #staging: StagingModel;
  /** By commit: whether the check had passed when the app last read it. */
  readonly #read = new Map<string, { at: number; isPassed: boolean }>();
  #headRead = { sha: null as string | null, at: -Infinity };

  constructor(world: World, staging: StagingModel) {
    this.#world = world;
    this.#staging = staging;
    this.#watchReads();
  }

  /** Notes what the app learns from GitHub, and when it asked. */
  #watchReads(): void {
    const { gateReads, clock } = this.#world;
    const [readHead, readChecks] = [gateReads.readHead.bind(gateReads), gateReads.readChecks.bind(gateReads)];
    gateReads.readHead = async () => {
      const at = clock.elapsed();
      const answer = await readHead();
      if (answer.ok) this.#headRead = { sha: answer.value, at };
      return answer;
    };
    gateReads.readChecks = async (repository, sha, options) => {
      const read = { at: clock.elapsed(), isPassed: this.#hasPassed(sha) };
      const answer = await readChecks(repository, sha, options);
      if (answer.ok) this.#read.set(sha, read);
      return answer;
    };
  }

  /** The newest check run of each App has succeeded. */
  #hasPassed(sha: string): boolean {
    const runs = (this.#world.gateReads.checks.get(sha) ?? []).filter(({ name }) => name === 'test');
    const newest = new Map(runs.map(({ app, conclusion }) => [app?.id, conclusion]));
    return newest.size > 0 && [...newest.values()].every((one) => one === 'success');
  }

  async judgeStart(): Promise<SeenStart> {
    const open = await this.#world.stores.listOpen(WORKSPACE_KEY);
    const started = open.find(({ attemptOutcome }) => attemptOutcome === 'open');
    if (!started) throw new Error('A start without a stored attempt.');
    const now = this.#world.clock.elapsed();
    const isAboutCommit = started.gates.some(
      ({ kind }) =>
        kind === 'approval' || (started.forcedBy === null && kind !== 'lock' && kind !== 'freeze'),
    );
    const { sha, at } = this.#headRead;
    const head = isAboutCommit ? sha : this.#world.gateReads.head;
    const closed = this.#listClosed(started, head ?? '', now);
    const forced = started.forcedBy !== null;
    const isForced = (kind: string) => forced && kind !== 'approval';
    return {
      head,
      headMs: isAboutCommit ? now - at : 0,
      closed: closed.filter((kind) => !isForced(kind)),
      forced: forced && closed.length > 0,
    };
  }

  #listClosed({ gates }: Deployment, head: string, now: number): string[] {
    const read = this.#read.get(head);
    const isRead = read !== undefined && now - read.at <= HEAD_MS + CHECKS_MS;
    const isOpen = {
      project: true,
      checks: isRead && read.isPassed,
      order: this.#staging.hasDeployed(head),
      approval: this.approved.has(head),
      lock: !this.isLocked,
      freeze: !this.frozen?.holds(this.#world.clock.now(), FREEZE_MS),
    };
    const kinds = [...gates.map(({ kind }) => kind), 'lock', 'freeze'] as const;
    return [...new Set(kinds)].filter((kind) => !isOpen[kind]);
  }
}
