import type { Dispatcher } from '../domain/ports.ts';
import { type AdoptionContext, adoptCheckRuns } from './adopt-check-runs.ts';
import { type DeliverySweepContext, sweepDeliveries } from './sweep-deliveries.ts';
import { type HeadSweepContext, sweepHeads } from './sweep-heads.ts';

export interface SweepOptions {
  readonly dispatcher: Dispatcher;
  /** Milliseconds between two rounds. */
  readonly everyMs: number;
  readonly deliveries: DeliverySweepContext;
  readonly heads: Omit<HeadSweepContext, 'onBaseline'>;
  readonly adoption: AdoptionContext;
}

/** The rounds that look for what never arrived: the first one at once, each then asks for its next. */
export function handleSweeps({ dispatcher, everyMs, deliveries, heads, adoption }: SweepOptions): void {
  dispatcher.handle('sweep', async (key) => {
    if (key === 'deliveries') {
      await sweepDeliveries(deliveries);
      return everyMs;
    }
    const again = await sweepHeads({ ...heads, onBaseline: (branch) => adoptCheckRuns(adoption, branch) });
    return Math.min(again ?? everyMs, everyMs);
  });
  dispatcher.wake('sweep', 'deliveries');
  dispatcher.wake('sweep', 'heads');
}
