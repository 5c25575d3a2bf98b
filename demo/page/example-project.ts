/** The `meltano.yml` of the simulated repositories. */
export const MELTANO_YML = `version: 1
default_environment: dev
project_id: analytics
environments:
  - name: dev
  - name: prod
plugins:
  extractors:
    - name: tap-github
      variant: meltanolabs
      config:
        start_date: 2026-01-01
        repositories: [acme/shop]
  loaders:
    - name: target-postgres
      variant: meltanolabs
  utilities:
    - name: dbt-postgres
      variant: dbt-labs
`;

export const PIPELINE_FILE = 'pipelines/Google Ads.yml';

export const PIPELINE = `version: pipelines/v0.1
name: Google Ads
schedule: 0 0 6 * * *
data_components:
- tap-github
- Warehouse
triggered_by: deploy
`;

/** Invalid YAML at line 12, column 26. */
export const BROKEN_MELTANO_YML = MELTANO_YML.replace('start_date: 2026', 'start_date: since: 2026');

/** The error that Meltano prints for it. `project` is the directory of the project. */
export const describeBrokenMeltanoYml = (project: string): string[] => [
  'Need help fixing this problem? Visit http://melta.no/ for troubleshooting steps, or to',
  'join our friendly Slack community.',
  '',
  '\u001b[31mmapping values are not allowed here',
  `  in "${project}/meltano.yml", line 12, column 26\u001b[0m`,
];

/** A dbt model that differs with each `revision`. */
export function writeModel(revision: number): string {
  return `select id, customer_id, total\nfrom {{ source('shop', 'orders') }}\n-- revision ${revision}\n`;
}
