import type { WriteKind } from './write-budget.ts';

const ORDER: readonly WriteKind[] = ['create', 'final', 'state', 'reply', 'log'];
/** Between two writes of one run that its state asks for: what changes meanwhile goes with the second (milliseconds). */
const STATE_GAP_MS = 1_000;
/** A log is read so long before it may be written (milliseconds), and is fresh when it was read a little earlier still. */
const READ_AHEAD_MS = 100;
const FRESH_MS = 150;
/** How long a log that is due waits for a look at it (milliseconds). */
const READ_WAIT_MS = 1_000;

/** One check run in the queue of its installation. All times are those of `Clock.elapsed`. */
export interface QueuedRun {
  readonly id: string;
  /** The write that is owed, and since when; null when only the log may have grown. */
  owed: 'create' | 'final' | 'state' | null;
  owedSince: number;
  logGrew: boolean;
  logReadAt: number;
  isRunning: boolean;
  /** The reconciler has read the whole log, so the conclusion may be written. */
  mayConclude: boolean;
  /** When a second run for the same deployment is looked for; null for never. */
  duplicateCheckAt: number | null;
  /** Not before this time: after a failure. */
  retryAt: number;
  lastWriteAt: number;
  /** Failed writes in a row, and when the first of them was. */
  failures: number;
  failingSince: number;
  /** The digest of the last write, without what only time changes; null when unknown. */
  digest: string | null;
  /** One write at a time: the order of a run's states holds. */
  isBusy: boolean;
}

/** A run without any state yet. */
export function openRun(id: string): QueuedRun {
  return {
    id,
    owed: null,
    owedSince: Number.NEGATIVE_INFINITY,
    logGrew: false,
    logReadAt: Number.NEGATIVE_INFINITY,
    isRunning: false,
    mayConclude: false,
    duplicateCheckAt: null,
    retryAt: Number.NEGATIVE_INFINITY,
    lastWriteAt: Number.NEGATIVE_INFINITY,
    failures: 0,
    failingSince: 0,
    digest: null,
    isBusy: false,
  };
}

/** The kind of the next write; null when nothing is owed. */
export function chooseWrite({ owed, duplicateCheckAt, logGrew }: QueuedRun, now: number): WriteKind | null {
  if (owed) return owed;
  if (duplicateCheckAt !== null && (duplicateCheckAt <= now || !logGrew)) return 'final';
  return logGrew ? 'log' : null;
}

/** When a run may be written, apart from the installation's limits. */
export function whenDue(run: QueuedRun, write: WriteKind, logInterval: number): number {
  const { retryAt, lastWriteAt, duplicateCheckAt, owed } = run;
  if (write === 'log') return Math.max(retryAt, whenLogDue(run, logInterval));
  if (write === 'state') return Math.max(retryAt, lastWriteAt + STATE_GAP_MS);
  return Math.max(retryAt, owed === null ? (duplicateCheckAt ?? retryAt) : retryAt);
}

/** When to read a log, so that the next write shows its newest lines. */
export function whenToRead({ lastWriteAt }: QueuedRun, logInterval: number): number {
  return lastWriteAt + logInterval - READ_AHEAD_MS;
}

/** A log that is due waits a moment for a look at it, so that its newest lines go with it. */
function whenLogDue({ lastWriteAt, logReadAt }: QueuedRun, interval: number): number {
  const dueAt = lastWriteAt + interval;
  return logReadAt >= dueAt - FRESH_MS ? dueAt : dueAt + READ_WAIT_MS;
}

export interface Candidate {
  readonly run: QueuedRun;
  readonly write: WriteKind;
  readonly dueAt: number;
}

/** Orders by due time, then by kind, then by the longest wait (the fair share). */
export function comesBefore(a: Candidate, b: Candidate, now: number): boolean {
  const aWait = Math.max(0, a.dueAt - now);
  const bWait = Math.max(0, b.dueAt - now);
  if (aWait > 0 || bWait > 0) return aWait < bWait;
  if (a.write !== b.write) return ORDER.indexOf(a.write) < ORDER.indexOf(b.write);
  return waitsSince(a) < waitsSince(b);
}

function waitsSince({ run, write }: Candidate): number {
  return write === 'log' ? run.lastWriteAt : run.owedSince;
}
