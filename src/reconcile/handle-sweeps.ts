import type { Dispatcher } from '../domain/ports.ts';
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

/** Old records are first looked for when the start is over (milliseconds). */
const FIRST_RETENTION_MS = 60_000;
/** What the key of one installation begins with. */
const INSTALLATION = 'installation ';
/** How often what may have lost its wake-up is woken (milliseconds). */
const RECOVER_MS = 60_000;

/**
 * What is done from time to time, each asking for its next turn: old records are removed and, if they are on, the
 * rounds look for what never arrived, the first ones at once. Returns what to call for an installation that is new or works
 * again: which repositories are there now and, in a round, what was pushed while the app could not hear of it.
 */
export function handleSweeps(options: SweepOptions): (installationId: number) => void {
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
  if (rounds) {
    dispatcher.wake('sweep', 'deliveries');
    dispatcher.wake('sweep', 'heads');
  }
  return (installationId) => dispatcher.wake('sweep', rounds ? 'heads' : `${INSTALLATION}${installationId}`);
}

async function recoverAll(recover: () => Promise<void>, restart: () => void): Promise<number> {
  await recover();
  restart();
  return RECOVER_MS;
}

async function runRound({ everyMs, deliveries, heads, adoption }: SweepRounds, key: string): Promise<number> {
  if (key === 'deliveries') {
    await sweepDeliveries(deliveries);
    return everyMs;
  }
  const again = await sweepHeads({ ...heads, onBaseline: (branch) => adoptCheckRuns(adoption, branch) });
  return Math.min(again ?? everyMs, everyMs);
}
