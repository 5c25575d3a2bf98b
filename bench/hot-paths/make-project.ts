const PLUGINS = 50;

/** The texts of a project of 1,000 files, by path. */
export function makeProject(): Map<string, string> {
  const plugins = Array.from({ length: PLUGINS }, (_, n) => `  - name: tap-${n}\n    namespace: tap_${n}\n`);
  const pipelines = Array.from({ length: 999 }, (_, n) => [`pipelines/p${n}.yml`, makePipeline(n)] as const);
  return new Map([['meltano.yml', `version: 1\nplugins:\n  extractors:\n${plugins.join('')}`], ...pipelines]);
}

function makePipeline(number: number): string {
  const tap = `tap-${number % PLUGINS}`;
  return `version: pipelines/v0.1
name: Pipeline ${number}
schedule: 0 ${number % 60} 6 * * MON-FRI
timeout: 3600
data_components:
- ${tap}
- Warehouse
properties:
  ${tap}.start_date: '2026-01-01'
  ${tap}._select: orders.*
`;
}
