import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Project } from '../../../src/project/model.ts';
import { planChanges } from '../../../src/project/plan/plan.ts';
import { renderPlan } from '../../../src/project/plan/render-plan.ts';
import { readProject } from '../../../src/project/read-project.ts';
import { MemorySource } from './memory-source.ts';
import { SAMPLE_WORKSPACE } from './sample-workspace.ts';

type Files = Readonly<Record<string, string | null>>;

function read(files: Files): Promise<Project> {
  const texts = Object.entries(files).flatMap(([path, text]) =>
    text === null ? [] : [[path, text] as const],
  );
  return readProject(new MemorySource(new Map(texts)), { directory: '' });
}

/** The plan of a change to the sample workspace. */
async function plan(change: Files, before: Files = SAMPLE_WORKSPACE): Promise<string[]> {
  return renderPlan(planChanges(await read(before), await read({ ...before, ...change }))).split('\n');
}

/** A file of the sample with one part replaced. */
function edit(path: string, right: string, other: string): Files {
  const text = SAMPLE_WORKSPACE[path] ?? '';
  expect(text).toContain(right);
  return { [path]: text.replace(right, other) };
}

const ORDERS = 'pipelines/Shop orders.yml';

describe('what a plan says', () => {
  test.each<[what: string, change: () => Files, ...lines: string[]]>([
    ['nothing', () => ({}), 'Nothing changes in the workspace.'],
    ['a comment', () => edit('workspace.yml', 'name: Shop', '# ours\nname: Shop'), '- 1 other file'],
    [
      'files beside',
      () => ({ 'notebook/a.ipynb': '', 'transform/dbt_project.yml': null }),
      '- 2 other files',
    ],
    [
      'a schedule',
      () => edit(ORDERS, '*/6 * * MON-FRI', '5 * * *'),
      '- Pipeline `Shop orders` changed: schedule `0 0 */6 * * MON-FRI` (on the hour, every 6 hours, Monday through Friday, UTC) → `0 0 5 * * *` (at 05:00, UTC)',
    ],
    [
      'a schedule that goes',
      () => edit(ORDERS, '0 0 */6 * * MON-FRI', "'-'"),
      '- ⚠ Pipeline `Shop orders` changed (it loses its schedule): schedule `0 0 */6 * * MON-FRI` (on the hour, every 6 hours, Monday through Friday, UTC) → `-`',
    ],
    [
      'components, triggers, time-out and settings',
      () => ({
        [ORDERS]: `version: pipelines/v0.1
name: Shop orders
schedule: 0 0 */6 * * MON-FRI
timeout: 60
max_retries: 0
data_components: [tap-shop, Lake]
properties: {tap-shop.start_date: '2026-02-02', dbt.target: prod}
triggered_by: [deploy]
`,
      }),
      '- Pipeline `Shop orders` changed: components − `dbt`; triggers + `deploy`; time-out `3600` → `60`; `properties.tap-shop.start_date`',
    ],
    [
      'a data store exchanged',
      () => edit(ORDERS, '- Lake', '- Warehouse'),
      '- ⚠ Pipeline `Shop orders` changed (what it loads into is exchanged): components + `Warehouse`, − `Lake`',
    ],
    [
      'a pipeline that goes',
      () => ({ [ORDERS]: null }),
      '- ⚠ Pipeline `Shop orders` removed (its runs stop)',
    ],
    [
      'a new pipeline',
      () => ({ 'pipelines/x.yml': 'label: X\ndata_components: dbt\nscript: echo secret\n' }),
      '- Pipeline `X` added: components + `dbt`; `script`',
    ],
    [
      'a new name in the same file',
      () => edit(ORDERS, 'name: Shop orders', 'name: Orders'),
      '- ⚠ Pipeline `Shop orders` renamed (its state is kept by name): name `Shop orders` → `Orders`',
    ],
    [
      'a new name and a new file',
      () => ({
        [ORDERS]: null,
        'pipelines/Sales.yml': SAMPLE_WORKSPACE[ORDERS]?.replace('name: Shop orders', 'name: Sales') ?? '',
      }),
      '- ⚠ Pipeline `Shop orders` renamed (its state is kept by name): name `Shop orders` → `Sales`',
    ],
    [
      'a file that moved with its name',
      () => ({ [ORDERS]: null, 'pipelines/shop.yml': SAMPLE_WORKSPACE[ORDERS] ?? '' }),
      '- 2 other files',
    ],
    [
      'a version of a plugin',
      () => edit('meltano.yml', '@v1.2.0', '@v1.3.0'),
      '- Plugin `extractors/tap-shop` changed: pip_url `git+https://github.com/acme/tap-shop.git@v1.2.0` → `git+https://github.com/acme/tap-shop.git@v1.3.0`',
    ],
    [
      'a lock file',
      () => ({ 'plugins/extractors/tap-shop--acme.lock': '{"v": 2}' }),
      '- Plugin `extractors/tap-shop` changed: `lock file changed`',
    ],
    [
      'a lock file without its plugin, and the reverse',
      () => ({
        'plugins/extractors/tap-shop--acme.lock': null,
        'plugins/extractors/tap-shop--other.lock': '',
      }),
      '- ⚠ Plugin `extractors/tap-shop` changed (it has no lock file): `lock file removed`',
      '- ⚠ Lock file `plugins/extractors/tap-shop--other.lock` added (no plugin uses it)',
    ],
    [
      'a loader of another variant',
      () => ({
        ...edit('meltano.yml', 'target-postgres\n    variant: acme', 'target-postgres\n    variant: other'),
        'plugins/loaders/target-postgres--acme.lock': null,
        'plugins/loaders/target-postgres--other.lock': '{}',
      }),
      '- ⚠ Plugin `loaders/target-postgres` changed (the loader is exchanged): variant `acme` → `other`; `lock file removed`; `lock file added`',
    ],
    [
      'environments, jobs and schedules',
      () => ({
        'meltano.yml': (SAMPLE_WORKSPACE['meltano.yml'] ?? '')
          .replace('- name: staging\n', '- name: test\n  env: {A: secret}\n')
          .replace('  - dbt:run\n', '  - dbt:build\n')
          .replace("'@hourly'", "'@none'")
          .replace('interval: 0 5 * * *', 'interval: 0 6 * * *'),
      }),
      '- ⚠ Schedule `shop-hourly` changed (it no longer starts by itself): interval `@hourly` → `@none`',
      '- Job `load-shop` changed: tasks + `dbt:build`, − `dbt:run`',
      '- Schedule `tickets-daily` changed: interval `0 5 * * *` (at 05:00, UTC) → `0 6 * * *` (at 06:00, UTC)',
      '- Environment `staging` removed',
      '- Environment `test` added: `env`',
    ],
    [
      'a data store for another one',
      () => ({
        'datastores/Lake.yml': null,
        'datastores/Pond.yml': 'data_plugin: loaders/target-postgres--acme\n',
      }),
      '- ⚠ Data store `Lake` removed (the data store is exchanged)',
      '- Data store `Pond` added: data_plugin `loaders/target-postgres--acme`',
    ],
    [
      'a data store',
      () => edit('datastores/Lake.yml', 'target-postgres--acme', 'target-snowflake--acme'),
      '- ⚠ Data store `Lake` changed (what it loads into is exchanged): data_plugin `loaders/target-postgres--acme` → `loaders/target-snowflake--acme`',
    ],
    [
      'settings of the workspace',
      () => edit('workspace.yml', 'WELCOME_DATASET_ALIAS: welcome', 'WELCOME_DATASET_ALIAS: hello'),
      '- Workspace `workspace.yml` changed: `app_properties.WELCOME_DATASET_ALIAS`',
    ],
    [
      'broken YAML: no word about what it held',
      () => ({ 'meltano.yml': 'plugins: [', [ORDERS]: 'name: "x' }),
      "- File `meltano.yml` can't be read, so its changes are unknown",
      "- File `pipelines/Shop orders.yml` can't be read, so its changes are unknown",
    ],
    [
      'a broken workspace.yml: pipelines may be in any folder',
      () => ({ 'workspace.yml': 'name: [', [ORDERS]: null }),
      "- File `workspace.yml` can't be read, so its changes are unknown",
      '- 1 other file',
    ],
    [
      'a name that would come alive in Markdown',
      () => ({ 'pipelines/x.yml': 'name: "`<img src=x>` @team #1 [a](b)|"\n' }),
      '- Pipeline ``` `<img src=x>` @team #1 [a](b)| ``` added'.replaceAll('```', '``'),
    ],
  ])('%s', async (_, change, ...lines) => {
    expect(await plan(change())).toEqual(lines);
  });

  test('credentials in addresses are not shown', async () => {
    const change = edit(
      'meltano.yml',
      'pip_url: acme-report',
      'pip_url: git+https://ada:hunter2@git.example.com/r?token=abc',
    );
    expect(await plan(change)).toEqual([
      '- Plugin `utilities/report` changed: pip_url `acme-report` → `git+https://…@git.example.com/r?…`',
    ]);
  });

  test('values of options in tasks are not shown', async () => {
    const change = edit('meltano.yml', '  - dbt:run', '  - dbt:run --token=hunter2');
    expect(await plan(change)).toEqual(['- Job `load-shop` changed: tasks + `--token=…`']);
  });

  test('the first version of a project', async () => {
    const { items, otherFiles } = planChanges(null, await read(SAMPLE_WORKSPACE));
    expect(new Set(items.map(({ change }) => change))).toEqual(new Set(['added']));
    expect(otherFiles).toBe(2);
  });
});

describe('whatever changes', () => {
  const SECRET = 'planted-value-0123456789';
  const lines = Object.entries(SAMPLE_WORKSPACE).flatMap(([path, text]) =>
    text.split('\n').map((_, index) => ({ path, index })),
  );

  /** The sample with some lines dropped, doubled or moved, some files removed, and some settings filled with a secret. */
  const variants = fc
    .record({
      cuts: fc.array(fc.constantFrom(...lines), { maxLength: 6 }),
      gone: fc.subarray(Object.keys(SAMPLE_WORKSPACE), { maxLength: 3 }),
      isSecret: fc.boolean(),
    })
    .map(({ cuts, gone, isSecret }) => {
      const files = new Map(Object.entries(SAMPLE_WORKSPACE));
      for (const { path, index } of cuts) {
        files.set(path, (files.get(path) ?? '').split('\n').toSpliced(index, 1).join('\n'));
      }
      for (const path of gone) files.delete(path);
      const texts = [...files].map(([path, text]) => [path, isSecret ? plant(text) : text] as const);
      return Object.fromEntries(texts);
    });

  function plant(text: string): string {
    return text
      .replace(/start_date: .*/, `start_date: ${SECRET}`)
      .replace(/target: prod/, `target: ${SECRET}`)
      .replace(/stream_maps: .*/, `stream_maps: [{name: ${SECRET}}]`)
      .replace(/publish: .*/, `publish: ${SECRET}`)
      .replace(/meltano install extractor .*/, `export PASSWORD=${SECRET}`)
      .replace(/WELCOME_DATASET_ALIAS: .*/, `WELCOME_DATASET_ALIAS: ${SECRET}`)
      .replace(/- name: staging/, `- name: staging\n  env:\n    TOKEN: ${SECRET}`);
  }

  test('a plan of nothing is empty, each changed file is explained or counted, and no secret is shown', async () => {
    await fc.assert(
      fc.asyncProperty(variants, variants, async (one, other) => {
        const [before, after] = [await read(one), await read(other)];
        expect(planChanges(before, before)).toEqual({ items: [], otherFiles: 0 });
        const result = planChanges(before, after);
        const paths = new Set([...Object.keys(one), ...Object.keys(other)]);
        const changed = [...paths].filter((path) => one[path] !== other[path]);
        const explained = new Set(result.items.flatMap(({ files }) => files));
        expect(changed.filter((path) => !explained.has(path))).toHaveLength(result.otherFiles);
        expect(renderPlan(result)).not.toContain(SECRET);
      }),
      { numRuns: 200 },
    );
  });

  test('the order of files, and of what has a name in them, makes no difference', async () => {
    const shuffled = fc.shuffledSubarray(Object.entries(SAMPLE_WORKSPACE), {
      minLength: Object.keys(SAMPLE_WORKSPACE).length,
    });
    await fc.assert(
      fc.asyncProperty(variants, shuffled, async (one, entries) => {
        const [before, after] = [await read(one), await read(SAMPLE_WORKSPACE)];
        expect(planChanges(before, await read(Object.fromEntries(entries)))).toEqual(
          planChanges(before, after),
        );
      }),
      { numRuns: 50 },
    );
    const reordered = edit('meltano.yml', '- name: dev\n- name: staging\n', '- name: staging\n- name: dev\n');
    expect(await plan(reordered)).toEqual(['- 1 other file']);
  });
});
