import { foldLoosely } from '../../domain/fold-name.ts';
import type { Project, Store } from '../model.ts';
import { nameOfStore, namesOfPipeline } from '../name-index.ts';
import { quoteName } from '../quote-name.ts';
import { startOf, type Text } from '../yaml-file.ts';
import { describeUnknown, type Problem, type Rule } from './rule.ts';

/** Loaders whose databases can hold the state of pipelines. */
const HOLDS_STATE = /^target-(?:postgres|bigquery|snowflake|clickhouse)/;
/** Loaders that can't hold state. For other loaders this is unknown. */
const HOLDS_NO_STATE =
  /^target-(?:athena|csv|duckdb|elasticsearch|gsheet|jsonl|mssql|mysql|oracle|parquet|redshift|s3|sqlite)/;

export const UNKNOWN_STORE: Rule = {
  code: 'unknown-store',
  level: 'warning',
  text: '`default_data_store` and `state_data_store` name a data store. Where the workspace has no data store file, they may exist in Meltano Cloud only.',
  needs: ['store'],
  *check(project, names) {
    if (project.stores.length === 0) return;
    for (const { defaultDataStore, stateDataStore } of project.workspaceFiles) {
      for (const store of [defaultDataStore, stateDataStore]) {
        if (store === null || names.findStore(store.text)) continue;
        yield describeUnknown('data store', store);
      }
    }
  },
  wrong: {
    'datastores/Lake.yml': `
version: datastores/v0.1
data_plugin: loaders/target-postgres--acme
`,
    'workspace.yml': `
version: workspaces/v0.2
default_data_store: Lakes
`,
  },
  at: 'workspace.yml:2',
  right: {
    'datastores/Lake.yml': `
version: datastores/v0.1
data_plugin: loaders/target-postgres--acme
`,
    'workspace.yml': `
version: workspaces/v0.2
default_data_store: Lake
`,
  },
};

export const UNKNOWN_DATA_PLUGIN: Rule = {
  code: 'unknown-data-plugin',
  level: 'warning',
  text: '`data_plugin` of a data store names a plugin of the project, as `<type>/<name>--<variant>`, or one with a lock file.',
  needs: ['manifest'],
  *check(project, names) {
    // A new workspace has a data store before it has plugins.
    if (project.plugins.length === 0) return;
    for (const plugin of project.stores.flatMap(({ dataPlugin }) => dataPlugin ?? [])) {
      if (names.findPlugins(plugin.text).length > 0 || hasLock(project, plugin)) continue;
      yield {
        place: plugin.place,
        message: `the project has no plugin ${quoteName(plugin.text)}`,
      };
    }
  },
  wrong: {
    'datastores/Lake.yml': `
version: datastores/v0.1
data_plugin: loaders/target-postgre--acme
`,
  },
  at: 'datastores/Lake.yml:2',
  right: {
    'datastores/Lake.yml': `
version: datastores/v0.1
data_plugin: loaders/target-postgres--acme
`,
  },
};

export const STATELESS_STORE: Rule = {
  code: 'stateless-store',
  level: 'warning',
  text: '`state_data_store` is a data store that can hold state: Postgres, BigQuery, Snowflake or ClickHouse.',
  needs: ['store'],
  *check(project, names) {
    for (const store of project.workspaceFiles.flatMap(({ stateDataStore }) => stateDataStore ?? [])) {
      const found = names.findStore(store.text);
      const loader = found?.kind === 'store' ? nameOfLoader(found.store) : null;
      if (loader === null || HOLDS_STATE.test(loader) || !HOLDS_NO_STATE.test(loader)) continue;
      yield {
        place: store.place,
        message: `${quoteName(loader)} can't hold the state of pipelines`,
      };
    }
  },
  wrong: {
    'datastores/Lake.yml': `
version: datastores/v0.1
data_plugin: loaders/target-jsonl--andyh1203
`,
    'plugins/loaders/target-jsonl--andyh1203.lock': '{}',
    'workspace.yml': `
version: workspaces/v0.2
state_data_store: Lake
`,
  },
  at: 'workspace.yml:2',
  right: {
    'datastores/Lake.yml': `
version: datastores/v0.1
data_plugin: loaders/target-postgres--acme
`,
    'workspace.yml': `
version: workspaces/v0.2
state_data_store: Lake
`,
  },
};

export const SAME_NAME: Rule = {
  code: 'same-name',
  level: 'warning',
  text: 'Two pipelines, or two data stores, are not called the same. The case of letters, blanks, `-` and `_` make no difference.',
  needs: [],
  *check(project, _names) {
    const pipelines = project.pipelines.map((pipeline) => ({
      names: pipeline.name || pipeline.label ? namesOfPipeline(pipeline).slice(1) : [pipeline.stem],
      at: pipeline.name ?? pipeline.label,
      path: pipeline.path,
    }));
    const stores = project.stores.map((store) => ({
      names: [nameOfStore(store)],
      at: store.name,
      path: store.path,
    }));
    yield* findSameNames('pipeline', pipelines);
    yield* findSameNames('data store', stores);
  },
  wrong: {
    'pipelines/orders-eu.yml': `
version: pipelines/v0.1
label: EU Orders
`,
    'pipelines/orders.yml': `
version: pipelines/v0.1
label: EU orders
`,
  },
  at: 'pipelines/orders.yml:2',
  right: {
    'pipelines/orders-eu.yml': `
version: pipelines/v0.1
label: EU Orders
`,
    'pipelines/orders.yml': `
version: pipelines/v0.1
label: Orders
`,
  },
};

interface Called {
  readonly names: readonly string[];
  readonly at: Text | null;
  readonly path: string;
}

function* findSameNames(what: string, all: readonly Called[]): Generator<Problem> {
  const seen = new Map<string, string>();
  for (const { names, at, path } of all) {
    const folded = names.map(foldLoosely);
    const other = folded.map((name) => seen.get(name)).find((found) => found !== undefined);
    if (other !== undefined) {
      yield {
        place: at?.place ?? startOf(path),
        message: `${quoteName(other)} is a ${what} of the same name`,
      };
    }
    for (const name of folded) seen.set(name, path);
  }
}

function hasLock(project: Project, { text }: Text): boolean {
  const [type = '', name = ''] = text.split('/');
  return project.lockFiles.some((lock) => lock.type === type && lock.stem === name);
}

function nameOfLoader(store: Store | null): string | null {
  return store?.dataPlugin?.text.split('/').at(-1) ?? null;
}
