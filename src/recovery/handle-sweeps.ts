import type { Dispatcher } from '../domain/dispatcher.ts';
import { type AdoptionContext, adoptCheckRuns } from './adopt-check-runs.ts';
import { type DeliverySweepContext, sweepDeliveries } from './sweep-deliveries.ts';
import { type HeadSweepContext, sweepHeads } from './sweep-heads.ts';

export interface SweepOptions {
  readonly dispatcher: Dispatcher;
  /** Removes old records; returns in how many milliseconds to come again. */
  readonly retain: () => Promise<number>;
  /** With several instances: wakes up what has no wake-up any more. Null: wake-ups can't be lost. */
  readonly recover: (() => Promise<void>) | null;
  /** Null: the operator turned them off. */
  readonly rounds: SweepRounds | null;
  /** Where no round does, this reads which repositories a new installation has. */
  readonly learnInstallation: (installationId: number) => Promise<number | null>;
}

export interface SweepRounds {
  /** Milliseconds between two rounds. */
  readonly everyMs: number;
  readonly deliveries: DeliverySweepContext;
  readonly heads: Omit<HeadSweepContext, 'onBaseline'>;
  readonly adoption: AdoptionContext;
}

/** What the sweeps are told. */
export interface Sweeps {
  /** An installation is new, or works again: which repositories are there now, and what was pushed while the app could not hear of it? */
  readonly lookAt: (installationId: number) => void;
  /** A signed delivery was answered as failed. */
  readonly lookForFailed: () => void;
}

/** Old records are first looked for when the start is over (milliseconds). */
const FIRST_RETENTION_MS = 60_000;
/** What the key of one installation begins with. */
const INSTALLATION = 'installation ';
/** How often what may have lost its wake-up is woken (milliseconds). */
const RECOVER_MS = 60_000;
/** When missed deliveries are looked for after a start, since GitHub's log lags (milliseconds). */
const LOOKS_AFTER_START_MS = [0, 5_000, 10_000, 20_000, 60_000];
/** And after a delivery that was answered as failed: by then the log shows it (milliseconds). */
const LOOK_AFTER_FAILED_MS = 10_000;

/**
 * What is done from time to time, each asking for its next turn: old records are removed and, if they are on, the
 * rounds look for what never arrived, the first ones at once.
 */
export function handleSweeps(options: SweepOptions): Sweeps {
  const { dispatcher, retain, recover, rounds, learnInstallation } = options;
  /** Where it is still to come this changes nothing. */
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
  // At once: from then on one instance keeps this key, and it no longer depends on what it repairs.
  if (recover) dispatcher.wake('sweep', 'unfinished');
  const lookForDeliveries = () => rounds && dispatcher.wake('sweep', 'deliveries');
  if (rounds) {
    for (const ms of LOOKS_AFTER_START_MS) setTimeout(lookForDeliveries, ms).unref();
    dispatcher.wake('sweep', 'heads');
  }
  return {
    lookAt: (installationId) =>
      dispatcher.wake('sweep', rounds ? 'heads' : `${INSTALLATION}${installationId}`),
    lookForFailed: lookOncePer(LOOK_AFTER_FAILED_MS, lookForDeliveries),
  };
}

/** Calls `look` so long after a call; all calls that come meanwhile share the next one. */
function lookOncePer(ms: number, look: () => void): () => void {
  let isWaiting = false;
  let cameMeanwhile = false;
  function wait(): void {
    isWaiting = true;
    cameMeanwhile = false;
    setTimeout(() => {
      isWaiting = false;
      look();
      if (cameMeanwhile) wait();
    }, ms).unref();
  }
  return () => {
    if (isWaiting) cameMeanwhile = true;
    else wait();
  };
}

async function recoverAll(recover: () => Promise<void>, restart: () => void): Promise<number> {
  await recover();
  restart();
  return RECOVER_MS;
}

async function runRound({ everyMs, deliveries, heads, adoption }: SweepRounds, key: string): Promise<number> {
  const again =
    key === 'deliveries'
      ? await sweepDeliveries(deliveries)
      : await sweepHeads({ ...heads, onBaseline: (branch) => adoptCheckRuns(adoption, branch) });
  return Math.min(again ?? everyMs, everyMs);
}
