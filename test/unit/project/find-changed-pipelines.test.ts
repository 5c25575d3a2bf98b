import { expect, test } from 'vitest';
import { findChangedPipelines } from '../../../src/project/find-changed-pipelines.ts';
import type { Project } from '../../../src/project/model.ts';
import { readProject } from '../../../src/project/read-project.ts';
import { MemorySource } from './memory-source.ts';

const FILES: Readonly<Record<string, string>> = {
  'meltano.yml': `version: 1
plugins:
  extractors:
  - name: tap-shop
    variant: acme
    config: {start_date: '2026-01-01'}
  - name: tap-shop-eu
    inherit_from: tap-shop
  - name: tap-tickets
    namespace: tap_tickets
  loaders:
  - name: target-postgres
    variant: acme
  transformers:
  - name: dbt
    namespace: dbt
`,
  'plugins/extractors/tap-shop--acme.lock': '{}',
  'plugins/loaders/target-postgres--acme.lock': '{}',
  'pipelines/Shop.yml': 'version: pipelines/v0.1\ndata_components: [tap-shop-eu, Warehouse]\n',
  'pipelines/tickets.yml': 'version: pipelines/v0.1\ndata_components: [tap-tickets, lake]\n',
  'pipelines/report.yml': "version: pipelines/v0.1\nname: Report\nactions: ['dbt:run']\n",
  'datastores/Lake.yml': 'version: datastores/v0.1\ndata_plugin: loaders/target-postgres--acme\n',
  'README.md': '# Data\n',
};

function read(files: Readonly<Record<string, string | null>>): Promise<Project> {
  const texts = Object.entries(files).flatMap(([path, text]) =>
    text === null ? [] : [[path, text] as const],
  );
  return readProject(new MemorySource(new Map(texts)), { directory: '' });
}

function replace(path: string, right: string, other: string) {
  const text = FILES[path] ?? '';
  expect(text).toContain(right);
  return { [path]: text.replace(right, other) };
}

const [SHOP, REPORT, TICKETS] = ['pipelines/Shop.yml', 'pipelines/report.yml', 'pipelines/tickets.yml'];

test.each<[string, Record<string, string | null>, (string | undefined)[]]>([
  ['nothing', {}, []],
  ['another file', { 'README.md': '# Other\n' }, []],
  ['the file of a pipeline', { 'pipelines/tickets.yml': 'version: pipelines/v0.1\n' }, [TICKETS]],
  ['a comment in the file', replace('pipelines/Shop.yml', 'version', '# ours\nversion'), [SHOP]],
  ['a new pipeline', { 'pipelines/new.yml': 'version: pipelines/v0.1\n' }, ['pipelines/new.yml']],
  ['a pipeline that goes', { 'pipelines/Shop.yml': null }, []],
  ['the plugin that a component inherits from', replace('meltano.yml', '2026-01-01', '2026-02-01'), [SHOP]],
  ['its lock file', { 'plugins/extractors/tap-shop--acme.lock': '{"a": 1}' }, [SHOP]],
  ['a component', replace('meltano.yml', 'namespace: tap_tickets', 'namespace: tickets'), [TICKETS]],
  ['the plugin of an action', replace('meltano.yml', 'namespace: dbt', 'namespace: dbt2'), [REPORT]],
  ['a data store', replace('datastores/Lake.yml', 'version', 'properties: {a: b}\nversion'), [TICKETS]],
  ['the plugin of a data store', { 'plugins/loaders/target-postgres--acme.lock': '{"a": 1}' }, [TICKETS]],
  ['another plugin', replace('meltano.yml', '  transformers:', '  - name: target-x\n  transformers:'), []],
])('the pipelines that %s changes', async (_, change, expected) => {
  const changed = findChangedPipelines(await read(FILES), await read({ ...FILES, ...change }));
  expect(changed.map(({ path }) => path)).toEqual(expected);
});

test('a first version changes all, known by each of their names', async () => {
  expect(findChangedPipelines(null, await read(FILES))).toEqual([
    { path: SHOP, names: ['shop'] },
    { path: REPORT, names: ['report', 'report'] },
    { path: TICKETS, names: ['tickets'] },
  ]);
});
