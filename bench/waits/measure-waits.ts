import type { BenchmarkOptions, Table } from '../output/benchmark.ts';
import { formatNumber } from '../output/format-number.ts';
import { percentile } from '../output/percentile.ts';
import { withCleanup } from '../processes/cleanup.ts';
import { startApp } from '../processes/start-app.ts';
import { WorldProcess } from '../world/world-process.ts';
import type { Samples } from './scenario.ts';
import type { ScenarioName } from './scenarios.ts';

/** Plays a scenario against the app. Each has its own process. */
export function playScenario(scenario: ScenarioName, { quick }: BenchmarkOptions): Promise<Samples> {
  return withCleanup(async (cleanup) => {
    const world = new WorldProcess(cleanup);
    const { url } = await startApp({ env: await world.ask({ ask: 'environment' }) }, cleanup);
    return world.ask({ ask: 'play', scenario, webhookUrl: `${url}/api/github/webhooks`, quick });
  });
}

export interface Wait {
  readonly what: string;
  readonly samples: readonly number[];
  /** The text in the table. */
  readonly aim: string;
}

/** A table of waits in seconds. */
export function tabulateWaits(title: string, waits: readonly Wait[], notes: readonly string[]): Table {
  return {
    title,
    columns: ['what a person waits for', 'samples', 'p50', 'p95', 'longest', 'aim'],
    rows: waits.map(({ what, samples, aim }) => [
      what,
      String(samples.length),
      ...[50, 95, 100].map((percent) => `${formatNumber(percentile(samples, percent) / 1000)} s`),
      aim,
    ]),
    notes,
  };
}
