import { expect, test } from 'vitest';
import { checkFiles, listPlaces } from './check-files.ts';
import { SAMPLE_WORKSPACE } from './sample-workspace.ts';

const MELTANO = 'meltano.yml';
const TEAM = 'teams/support.meltano.yml';
const WORKSPACE = 'workspace.yml';
const LAKE = 'datastores/Lake.yml';
const ORDERS = 'pipelines/Shop orders.yml';
const TICKETS = 'pipelines/tickets.yml';
const REPORT = 'pipelines/report.yml';

/** In which file what is written instead of what, on whose line the finding stands, and which. */
const MISTAKES: readonly (readonly [path: string, right: string, wrong: string, code: string])[] = [
  [MELTANO, 'default_environment: dev', 'default_environment: dve', 'unknown-environment'],
  [MELTANO, 'default_environment', 'default_enviroment', 'misspelt-key'],
  [MELTANO, '- ./teams/*.meltano.yml', '- /teams/*.meltano.yml', 'include-outside'],
  [MELTANO, '- name: staging', '- name: dev', 'name-twice'],
  [MELTANO, '- name: staging', '- nam: staging', 'no-name'],
  [MELTANO, '  extractors:', '  extractor:', 'misspelt-key'],
  [MELTANO, '  utilities:', '  tools:', 'unknown-key'],
  [MELTANO, 'jobs:', 'job:', 'misspelt-key'],
  [MELTANO, 'schedules:', 'timetable:', 'unknown-key'],
  [MELTANO, '- name: tap-shop\n', '- name: tap-shopp\n', 'no-lock-file'],
  [MELTANO, '    variant: dbt-labs', '    variant: dbt-labs\n    variant: dbt', 'key-twice'],
  [MELTANO, '    inherit_from: tap-shop', '    inherit_from: tap-shops', 'unknown-parent'],
  [MELTANO, '  - name: dbt', '  - name: "dbt', 'unreadable-yaml'],
  [MELTANO, '    variant: dbt-labs', '   variant: dbt-labs', 'unreadable-yaml'],
  [MELTANO, '    pip_url: acme-report', '\tpip_url: acme-report', 'unreadable-yaml'],
  [MELTANO, "    - '!customers.*'", '    - !customers.*', 'unreadable-yaml'],
  [MELTANO, 'acme-report\n', '-e /home/ada/report\n', 'bad-pip-url'],
  [MELTANO, './plugins/extractors/tap-tickets', './plugins/extractors/tickets', 'bad-pip-url'],
  [MELTANO, 'git+https://github.com/acme/target-postgres.git', 'https', 'bad-pip-url'],
  [MELTANO, 'git+https://github.com/acme/tap-shop', 'https://github.com/acme/tap-shop', 'bad-pip-url'],
  [MELTANO, '    config:\n      start_date', '    config: 7\n      #', 'wrong-form'],
  [
    MELTANO,
    '  - tap-shop hide-mail target-postgres',
    '  - tap-shop hide-mails target-postgres',
    'unknown-task',
  ],
  [MELTANO, '  - dbt:run', '  - dbtt:run', 'unknown-task'],
  [MELTANO, "'@hourly'", "'@hour'", 'bad-interval'],
  [MELTANO, 'interval: 0 5 * * *', 'interval: 0 25 * * *', 'bad-interval'],
  [MELTANO, 'job: load-shop', 'job: load-shops', 'unknown-in-schedule'],
  [MELTANO, 'extractor: tap-tickets', 'extractor: tap-ticket', 'unknown-in-schedule'],
  [MELTANO, 'loader: target-postgres\n', 'loader: target-snowflake\n', 'unknown-in-schedule'],
  [TEAM, '- name: tap-calls', '- name: tap-shop', 'name-twice'],
  [TEAM, '- name: tap-calls', '- name: tap-call', 'no-lock-file'],
  [TEAM, 'tasks: tap-calls target-postgres', 'tasks: tap-call target-postgres', 'unknown-task'],
  [WORKSPACE, 'name: Shop', 'nmae: Shop', 'misspelt-key'],
  [WORKSPACE, 'app_properties:', 'settings:', 'unknown-key'],
  [WORKSPACE, 'default_data_store: Lake', 'default_data_store: Laek', 'unknown-store'],
  [WORKSPACE, 'state_data_store: Lake', 'state_data_store: Pond', 'unknown-store'],
  [WORKSPACE, 'dataset_paths:\n- analyze', 'dataset_paths: {}\n#', 'wrong-form'],
  [LAKE, 'data_plugin', 'data_plugins', 'misspelt-key'],
  [LAKE, 'target-postgres--acme', 'target-postgres--other', 'unknown-data-plugin'],
  [LAKE, 'name: Lake', 'name: Lake: EU', 'unreadable-yaml'],
  [ORDERS, 'data_components', 'data_component', 'misspelt-key'],
  [ORDERS, 'schedule:', 'scheduel:', 'misspelt-key'],
  [ORDERS, 'max_retries: 0', 'retries_at_most: 0', 'unknown-key'],
  [ORDERS, 'max_retries: 0', 'timeout: 60', 'key-twice'],
  [ORDERS, '0 0 */6 * * MON-FRI', '0 */6 * * MON-FRI', 'bad-schedule'],
  [ORDERS, '0 0 */6 * * MON-FRI', '0 0 */6 * * MON-FRY', 'bad-schedule'],
  [ORDERS, '0 0 */6 * * MON-FRI', '0 0 0 31 FEB *', 'bad-schedule'],
  [ORDERS, '0 0 */6 * * MON-FRI', "'@daily'", 'macro-as-schedule'],
  [ORDERS, '- tap-shop', '- tap-shops', 'unknown-component'],
  [ORDERS, '- Lake', '- Lakes', 'unknown-component'],
  [ORDERS, '- dbt', '-dbt', 'unreadable-yaml'],
  [ORDERS, '  tap-shop.start_date', '  tap-shops.start_date', 'unknown-property'],
  [ORDERS, "'2026-01-01'", 'ghp_0123456789abcdefghijABCDEFGHIJ012345', 'credential'],
  [ORDERS, 'max_retries: 0', 'triggered_by: Weekly report', 'trigger-circle'],
  [TICKETS, 'label: Tickets', 'label: shop orders', 'same-name'],
  [TICKETS, 'run tap-tickets target-postgres', 'run tap-shop target-postgres', 'not-listed'],
  [TICKETS, '- shop-orders', '- shop-order', 'unknown-trigger'],
  [TICKETS, '- shop-orders', '- tickets', 'trigger-circle'],
  [TICKETS, 'timeout: 600', 'timeout 600', 'unreadable-yaml'],
  [TICKETS, 'timeout: 600', 'timeout: [600]', 'wrong-form'],
  [REPORT, '- utilities/report--acme', '- utilities/report--other', 'unknown-component'],
  [REPORT, '- report:publish', '- reports:publish', 'unknown-action'],
  [REPORT, '- report:publish', '- nope', 'unknown-action'],
  [REPORT, '- report:publish', '- report:publsh', 'unknown-command'],
  [REPORT, '- dbt:docs-generate', '- dbt:docs-genrate', 'unknown-command'],
  [MELTANO, '  - dbt:run', '  - dbt:rnu', 'unknown-command'],
  [TICKETS, 'tap-tickets target-postgres\n', 'tap-tickets target-postgres dbt:depps\n', 'unknown-command'],
  [ORDERS, 'timeout: 3600', 'timeout: two hours', 'bad-number'],
  [ORDERS, 'max_retries: 0', 'max_retries: never', 'bad-number'],
  [TICKETS, 'script: |', 'script: >', 'joined-lines'],
  [TICKETS, 'script: |\n  meltano install', 'script: meltano install', 'joined-lines'],
  [REPORT, '- Tickets', '- Ticket', 'unknown-trigger'],
];

test('the sample workspace has no findings', async () => {
  expect(listPlaces(await checkFiles(SAMPLE_WORKSPACE))).toEqual([]);
});

test.each(MISTAKES)('%s: %j written as %j', async (path, right, wrong, code) => {
  const text = SAMPLE_WORKSPACE[path] ?? '';
  const offset = text.indexOf(right);
  expect(offset, 'the sample has what is replaced').toBeGreaterThanOrEqual(0);
  const planted = text.slice(0, offset) + wrong + text.slice(offset + right.length);
  // Where the two begin to differ.
  const differs = [...planted].findIndex((character, index) => character !== text[index]);
  const line = planted.slice(0, differs).split('\n').length;
  const found = listPlaces(await checkFiles({ ...SAMPLE_WORKSPACE, [path]: planted }));
  expect(found).toContain(`${path}:${line}: ${code}`);
});
