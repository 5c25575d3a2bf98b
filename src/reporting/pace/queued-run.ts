import type { WriteKind } from './write-budget.ts';

const ORDER: readonly WriteKind[] = ['create', 'final', 'required', 'check', 'state', 'reply', 'log'];
/** The shortest time between two writes of a run's state. The second includes all changes in between. */
const STATE_GAP_MS = 1_000;
/** A log is read this long before it may be written, and counts as fresh for a little longer. */
const READ_AHEAD_MS = 100;
const FRESH_MS = 150;
/** How long the write of a log waits for a fresh read. */
const READ_WAIT_MS = 1_000;

/** A check run in the queue of its installation. Times are those of `Clock.elapsed`. */
export interface QueuedRun {
  readonly id: string;
  /** The owed write, and since when; null if only the log may have grown. */
  owed: 'create' | 'final' | 'required' | 'check' | 'state' | null;
  owedSince: number;
  logGrew: boolean;
  logReadAt: number;
  isRunning: boolean;
  /** The whole log was read, so the conclusion may be written. */
  mayConclude: boolean;
  /** When to look for a duplicate run; null for never. */
  duplicateCheckAt: number | null;
  /** No write before this time, after a failure. */
  retryAt: number;
  lastWriteAt: number;
  /** Failed writes in a row, and when the first of them was. */
  failures: number;
  failingSince: number;
  /** The digest of the last write, whatever the time; null if unknown. */
  digest: string | null;
  /** A write is in progress. The next one waits, to keep the order of states. */
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

/** The kind of the next write; null if nothing is owed. */
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

/** Waits a moment for a fresh read, so that the write includes the newest lines. */
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
