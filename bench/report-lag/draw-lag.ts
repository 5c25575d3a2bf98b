import { percentile } from '../output/percentile.ts';
import { renderBars } from '../output/render-bars.ts';
import type { WorldCounts } from '../world/world-messages.ts';

export interface LagSetting {
  readonly deployments: number;
  readonly installations: number;
}

export interface LagRow extends LagSetting {
  readonly contender: string;
  /** Milliseconds from the end of each job to its completed check run. */
  readonly lags: readonly number[];
  readonly counts: WorldCounts;
  /** Requests per deployment and minute. */
  readonly meltanoPerMinute: number;
  readonly githubWritesPerMinute: number;
}

/** Draws lag and requests of all contenders. Short bars are good. */
export function drawLag(rows: readonly LagRow[]): string {
  const groups = [...new Set(rows.map(({ deployments }) => deployments))];
  const panel = (title: string, unit: string, read: (row: LagRow) => number) => ({
    title,
    unit,
    groups: groups.map((deployments) => ({
      label: deployments === 1 ? '1 deployment' : `${deployments} deployments`,
      bars: rows
        .filter((row) => row.deployments === deployments)
        .map((row) => ({ label: row.contender, value: read(row) })),
    })),
  });
  return renderBars([
    panel('Lag, 95th percentile', 's', ({ lags }) => percentile(lags, 95) / 1000),
    panel('Requests to Meltano Cloud per deployment and minute', '', (row) => row.meltanoPerMinute),
    panel('Writes to GitHub per deployment and minute', '', (row) => row.githubWritesPerMinute),
  ]);
}
