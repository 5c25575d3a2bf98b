import type { ConfigurationRun } from '../domain/configuration-run.ts';
import { type Deployment, isReported } from '../domain/deployment.ts';
import { LeaseLost } from '../domain/lease.ts';
import type { LaneEntry } from './pace/lane-entry.ts';
import type { SendWrite, WriteLane } from './pace/write-lane.ts';
import type { WriteLanes } from './pace/write-lanes.ts';
import type { Reporter } from './reporter.ts';
import {
  createTurnTaker,
  failEntry,
  planLook,
  type TakeTurn,
  type Turn,
  type TurnPorts,
} from './take-turn.ts';
import type { ReportedRun } from './write-check-run.ts';

/** Node runs a timer of 25 days or more at once (milliseconds). */
const LONGEST_TIMER_MS = 3_600_000;
/** How soon what other processes wrote is asked for again when the store is away (milliseconds). */
const OPEN_AGAIN_MS = 1_000;

export interface CheckRunWriterPorts extends TurnPorts {
  readonly lanes: WriteLanes;
  /** With several instances: runs a write on behalf of the lease of the installation's writer. */
  readonly withLease?: <T>(installationId: number, work: () => Promise<T>) => Promise<T>;
}

interface Lane {
  readonly installationId: number;
  readonly schedule: WriteLane;
  timer: NodeJS.Timeout | null;
}

/**
 * The one writer of check runs. It keeps no queue of states: each write renders its deployment as it is at that moment,
 * so a run that changes faster than it may be written skips the states in between, and the last one always arrives.
 */
export class CheckRunWriter implements Reporter {
  readonly #ports: CheckRunWriterPorts;
  readonly #takeTurn: TakeTurn;
  readonly #lanes = new Map<number, Lane>();
  /** The lane that each deployment's entry is in. */
  readonly #homes = new Map<string, Lane>();
  readonly #writing = new Set<Promise<void>>();
  #stopped = false;

  constructor(ports: CheckRunWriterPorts) {
    this.#ports = ports;
    this.#takeTurn = createTurnTaker(ports);
  }

  changed(deployment: ReportedRun): void {
    const { lane, entry } = this.#entry(deployment);
    entry.isRunning = deployment.state === 'running';
    if (deployment.state === 'concluded') entry.mayConclude = true;
    planLook(entry, deployment, this.#ports.clock);
    // What is woken only since it may be there twice owes nothing.
    if (!isReported(deployment) || entry.lookAt === null) this.#owe(entry, deployment);
    this.#arm(lane);
  }

  configurationRead(run: ConfigurationRun): void {
    this.changed(run);
  }

  logRead(deployment: Deployment, grew: boolean): number {
    const { lane, entry } = this.#entry(deployment);
    entry.isRunning = true;
    entry.logGrew ||= grew;
    entry.logReadAt = this.#ports.clock.elapsed();
    this.#arm(lane);
    return lane.schedule.chooseLogRead(entry, entry.logReadAt);
  }

  /** An installation that couldn't be used may work again, or its repositories belong to another: what waits is tried at once. */
  resume(installationId: number): void {
    const lane = this.#lanes.get(installationId);
    if (!lane) return;
    lane.schedule.unblock();
    this.#arm(lane);
  }

  /** Other instances wrote replies for the installation. */
  async recount(installationId: number): Promise<void> {
    const lane = this.#lanes.get(installationId);
    await lane?.schedule.recount();
    if (lane) this.#arm(lane);
  }

  /** Drops what is owed to an installation: another instance writes for it. */
  forget(installationId: number): void {
    this.#ports.lanes.forget(installationId);
    const lane = this.#lanes.get(installationId);
    if (!lane) return;
    if (lane.timer) clearTimeout(lane.timer);
    for (const id of lane.schedule.entries.keys()) this.#homes.delete(id);
    lane.schedule.entries.clear();
    this.#lanes.delete(installationId);
  }

  /** Sends nothing more and waits for the writes under way. */
  async stop(): Promise<void> {
    this.#stopped = true;
    for (const lane of this.#lanes.values()) if (lane.timer) clearTimeout(lane.timer);
    await Promise.all(this.#writing);
  }

  /** An entry stays in its lane until that lane finds that the repository has come to another installation. */
  #entry(deployment: ReportedRun): { lane: Lane; entry: LaneEntry } {
    const lane = this.#homes.get(deployment.id) ?? this.#lane(deployment.installationId);
    this.#homes.set(deployment.id, lane);
    return { lane, entry: lane.schedule.entry(deployment.id) };
  }

  #owe(entry: LaneEntry, { state, checkRunId }: ReportedRun): void {
    const change = state === 'concluded' ? 'final' : 'state';
    const owed = checkRunId === null ? 'create' : change;
    if (entry.owed !== owed) entry.owedSince = this.#ports.clock.elapsed();
    entry.owed = owed;
  }

  #lane(installationId: number): Lane {
    const known = this.#lanes.get(installationId);
    if (known) return known;
    const schedule = this.#ports.lanes.of(installationId);
    const lane: Lane = { installationId, schedule, timer: null };
    this.#lanes.set(installationId, lane);
    this.#open(lane);
    return lane;
  }

  #open(lane: Lane): void {
    lane.schedule.open().then(
      () => this.#arm(lane),
      (error: unknown) => {
        this.#ports.log.error({ err: error }, 'Earlier writes to GitHub could not be counted: trying again');
        if (!this.#stopped) lane.timer = setTimeout(() => this.#open(lane), OPEN_AGAIN_MS);
      },
    );
  }

  /** Begins all writes that are due, and comes again when the next one is. */
  #arm(lane: Lane): void {
    if (this.#stopped || !lane.schedule.isOpen) return;
    if (lane.timer) clearTimeout(lane.timer);
    lane.timer = null;
    const { elapsed } = this.#ports.clock;
    let next = lane.schedule.next(elapsed());
    for (; next.kind === 'write'; next = lane.schedule.next(elapsed())) {
      const writing = this.#write(lane, next.entry).finally(() => {
        this.#writing.delete(writing);
        this.#arm(lane);
      });
      this.#writing.add(writing);
    }
    if (next.kind === 'idle') return;
    lane.timer = setTimeout(() => this.#arm(lane), Math.min(Math.ceil(next.ms), LONGEST_TIMER_MS));
  }

  async #write(lane: Lane, entry: LaneEntry): Promise<void> {
    const { owed, logGrew } = entry;
    entry.owed = null;
    entry.logGrew = false;
    const { withLease = (_, work) => work() } = this.#ports;
    const attempt = (send: SendWrite) =>
      withLease(lane.installationId, () => this.#take(lane, { entry, owed, send }));
    const isSettled = await lane.schedule.write(entry, attempt).catch((error: unknown) => {
      if (error instanceof LeaseLost) {
        this.forget(lane.installationId);
        return true;
      }
      this.#ports.log.error(
        { err: error, deployment: entry.deploymentId },
        'A check run could not be written',
      );
      failEntry(entry, this.#ports);
      return false;
    });
    if (isSettled) return;
    // What wasn't written is still owed, unless something newer is already.
    entry.owed ??= owed;
    entry.logGrew ||= logGrew;
    const home = this.#homes.get(entry.deploymentId);
    if (home && home !== lane) this.#arm(home);
  }

  /** False when what was to be written is still owed. */
  async #take(lane: Lane, turn: Turn): Promise<boolean> {
    const { entry } = turn;
    const result = await this.#takeTurn(lane, turn);
    if (result.kind === 'moved') this.#move(lane, entry, result.installationId);
    if (result.kind === 'over' && entry.owed === null && entry.lookAt === null) this.#drop(lane, entry);
    return result.kind === 'done' || result.kind === 'over';
  }

  #move(lane: Lane, entry: LaneEntry, installationId: number): void {
    const home = this.#lane(installationId);
    lane.schedule.entries.delete(entry.deploymentId);
    home.schedule.entries.set(entry.deploymentId, entry);
    this.#homes.set(entry.deploymentId, home);
    entry.failures = 0;
    entry.notBefore = this.#ports.clock.elapsed();
  }

  #drop(lane: Lane, entry: LaneEntry): void {
    lane.schedule.entries.delete(entry.deploymentId);
    this.#homes.delete(entry.deploymentId);
    this.#ports.logs.forget(entry.deploymentId);
  }
}
