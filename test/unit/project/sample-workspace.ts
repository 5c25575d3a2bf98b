/** A workspace as Meltano Cloud makes them, with a file of each kind. It has no findings but a note. */
export const SAMPLE_WORKSPACE: Readonly<Record<string, string>> = {
  'meltano.yml': `version: 1
default_environment: dev
project_id: 2f1f7c0e-0000-4000-8000-000000000000
include_paths:
- ./teams/*.meltano.yml
environments:
- name: dev
- name: staging
- name: prod
plugins:
  extractors:
  - name: tap-shop
    variant: acme
    pip_url: git+https://github.com/acme/tap-shop.git@v1.2.0
    select:
    - '*.*'
    - '!customers.*'
    config:
      start_date: '2026-01-01'
  - name: tap-shop-eu
    inherit_from: tap-shop
  - name: tap-tickets
    namespace: tap_tickets
    pip_url: -e ./plugins/extractors/tap-tickets
    executable: tap-tickets
  loaders:
  - name: target-postgres
    variant: acme
    pip_url: git+https://github.com/acme/target-postgres.git
  mappers:
  - name: meltano-map-transformer
    variant: meltano
    pip_url: meltano-map-transformer
    mappings:
    - name: hide-mail
      config:
        stream_maps: {}
  transformers:
  - name: dbt
    variant: dbt-labs
    pip_url: dbt-core~=1.7.0 dbt-postgres~=1.7.0
  utilities:
  - name: report
    variant: acme
    pip_url: acme-report
    commands:
      publish: publish --all
jobs:
- name: load-shop
  tasks:
  - tap-shop hide-mail target-postgres
  - dbt:run
schedules:
- name: shop-hourly
  interval: '@hourly'
  job: load-shop
- name: tickets-daily
  interval: 0 5 * * *
  extractor: tap-tickets
  loader: target-postgres
`,
  'teams/support.meltano.yml': `plugins:
  extractors:
  - name: tap-calls
    variant: acme
    pip_url: acme-tap-calls
jobs:
- name: load-calls
  tasks: tap-calls target-postgres
`,
  'workspace.yml': `version: workspaces/v0.2
name: Shop
domains: '@example.com'
default_environment: dev
app_properties:
  WELCOME_DATASET_ALIAS: welcome
default_data_store: Lake
state_data_store: Lake
dataset_paths:
- analyze/datasets
pipeline_paths:
- pipelines
data_store_paths:
- datastores
`,
  'datastores/Lake.yml': `version: datastores/v0.1
name: Lake
data_plugin: loaders/target-postgres--acme
`,
  'pipelines/Shop orders.yml': `version: pipelines/v0.1
name: Shop orders
schedule: 0 0 */6 * * MON-FRI
timeout: 3600
max_retries: 0
data_components:
- tap-shop
- Lake
- dbt
properties:
  tap-shop.start_date: '2026-01-01'
  dbt.target: prod
`,
  'pipelines/tickets.yml': `version: pipelines/v0.1
label: Tickets
timeout: 600
script: |
  meltano install extractor tap-tickets
  meltano run tap-tickets target-postgres

  meltano invoke dbt run --select tickets
data_components:
- tap-tickets
- Lake
- dbt
triggered_by:
- shop-orders
`,
  'pipelines/report.yml': `version: pipelines/v0.1
label: Weekly report
schedule: '-'
data_components:
- dbt
- utilities/report--acme
actions:
- dbt:docs-generate
- report:publish
triggered_by:
- Tickets
- deploy
`,
  'plugins/extractors/tap-shop--acme.lock': '{}',
  'plugins/extractors/tap-calls--acme.lock': '{}',
  'plugins/extractors/tap-tickets/setup.py': '',
  'plugins/loaders/target-postgres--acme.lock': '{}',
  'plugins/mappers/meltano-map-transformer--meltano.lock': '{}',
  'plugins/transformers/dbt--dbt-labs.lock': '{}',
  'plugins/utilities/report--acme.lock': '{}',
  'transform/dbt_project.yml': 'name: shop\n',
};
