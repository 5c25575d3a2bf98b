import type { Dispatcher } from '../domain/dispatcher.ts';
import { type AdoptionContext, adoptCheckRuns } from './adopt-check-runs.ts';
import { type DeliverySweepContext, sweepDeliveries } from './sweep-deliveries.ts';
import { type HeadSweepContext, sweepHeads } from './sweep-heads.ts';

export interface SweepOptions {
  readonly dispatcher: Dispatcher;
  /** Removes old records; returns the delay until the next run (milliseconds). */
  readonly retain: () => Promise<number>;
  /** Wakes unfinished work again. Null with a single instance, which can't lose wake-ups. */
  readonly recover: (() => Promise<void>) | null;
  /** Null if SWEEP_MINUTES is 0. */
  readonly rounds: SweepRounds | null;
  /** Reads the repositories of a new installation if `rounds` is null; returns the delay until a retry (milliseconds). */
  readonly learnInstallation: (installationId: number) => Promise<number | null>;
}

export interface SweepRounds {
  /** Milliseconds between two rounds. */
  readonly everyMs: number;
  readonly deliveries: DeliverySweepContext;
  readonly heads: Omit<HeadSweepContext, 'onBaseline'>;
  readonly adoption: AdoptionContext;
}

export interface Sweeps {
  /** An installation is new or works again: sweeps its repositories for missed changes. */
  readonly onInstallation: (installationId: number) => void;
  /** A signed delivery was answered with an error: sweeps for it. */
  readonly onFailedDelivery: () => void;
}

/** The delay of the first removal of old records, after the start is over. */
const FIRST_RETENTION_MS = 60_000;
/** The beginning of an installation's key. */
const INSTALLATION = 'installation ';
/** How often unfinished work is woken again. */
const RECOVER_MS = 60_000;
/** When sweeps look for missed deliveries after a start: several times, because GitHub's log lags. */
const SWEEPS_AFTER_START_MS = [0, 5_000, 10_000, 20_000, 60_000];
/** When a sweep looks for a failed delivery: by then GitHub's log shows it. */
const SWEEP_AFTER_FAILURE_MS = 10_000;

/**
 * Handles the queue `sweep`: removes old records, wakes unfinished work and sweeps for missed deliveries and pushes. Each
 * handler returns the delay until its next run.
 */
export function handleSweeps(options: SweepOptions): Sweeps {
  const { dispatcher, retain, recover, rounds, learnInstallation } = options;
  /** Restores lost wake-ups of the other keys; changes nothing for the rest. */
  function restart(): void {
    dispatcher.wake('sweep', 'retention', RECOVER_MS);
    if (!rounds) return;
    dispatcher.wake('sweep', 'deliveries', rounds.everyMs);
    dispatcher.wake('sweep', 'heads', rounds.everyMs);
  }

  dispatcher.handle('sweep', async (key) => {
    if (key === 'retention') return retain();
    if (key === 'unfinished') return recover && recoverAll(recover, restart);
    if (key.startsWith(INSTALLATION)) return learnInstallation(Number(key.slice(INSTALLATION.length)));
    return rounds && runRound(rounds, key);
  });
  dispatcher.wake('sweep', 'retention', FIRST_RETENTION_MS);
  // At once, so that one instance holds this key and repeats it without a stored wake-up.
  if (recover) dispatcher.wake('sweep', 'unfinished');
  const sweepForDeliveries = () => rounds && dispatcher.wake('sweep', 'deliveries');
  if (rounds) {
    for (const ms of SWEEPS_AFTER_START_MS) setTimeout(sweepForDeliveries, ms).unref();
    dispatcher.wake('sweep', 'heads');
  }
  return {
    onInstallation: (installationId) =>
      dispatcher.wake('sweep', rounds ? 'heads' : `${INSTALLATION}${installationId}`),
    onFailedDelivery: debounce(SWEEP_AFTER_FAILURE_MS, sweepForDeliveries),
  };
}

/** Runs `sweep` after a delay; calls during the delay share one more run. */
function debounce(ms: number, sweep: () => void): () => void {
  let isWaiting = false;
  let isCalledAgain = false;
  function wait(): void {
    isWaiting = true;
    isCalledAgain = false;
    setTimeout(() => {
      isWaiting = false;
      sweep();
      if (isCalledAgain) wait();
    }, ms).unref();
  }
  return () => {
    if (isWaiting) isCalledAgain = true;
    else wait();
  };
}

async function recoverAll(recover: () => Promise<void>, restart: () => void): Promise<number> {
  await recover();
  restart();
  return RECOVER_MS;
}

async function runRound({ everyMs, deliveries, heads, adoption }: SweepRounds, key: string): Promise<number> {
  const delay =
    key === 'deliveries'
      ? await sweepDeliveries(deliveries)
      : await sweepHeads({ ...heads, onBaseline: (branch) => adoptCheckRuns(adoption, branch) });
  return Math.min(delay ?? everyMs, everyMs);
}
