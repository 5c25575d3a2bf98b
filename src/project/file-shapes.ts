import { isNear } from './is-near.ts';
import type { FileKind } from './model.ts';
import type { YamlNode } from './yaml-node.ts';

/** The form of a value. An empty value is always allowed, and one text counts as a list of texts. */
export type Shape =
  | { readonly form: 'any' | 'text' }
  | { readonly form: 'list'; readonly of: Shape }
  | {
      readonly form: 'mapping';
      readonly keys: Readonly<Record<string, Shape>>;
      /** The shape of keys that aren't in `keys`. */
      readonly others: Shape;
    };

const ANY: Shape = { form: 'any' };
const TEXT: Shape = { form: 'text' };
const TEXTS = listOf(TEXT);
const MAPPING = mapping({});

const PLUGIN = mapping({
  name: TEXT,
  inherit_from: TEXT,
  variant: TEXT,
  namespace: TEXT,
  pip_url: TEXT,
  executable: TEXT,
  label: TEXT,
  config: MAPPING,
  settings: listOf(MAPPING),
  select: TEXTS,
  commands: MAPPING,
  env: MAPPING,
});

/** In the order of Meltano's documentation. */
export const PLUGIN_TYPES = [
  'extractors',
  'loaders',
  'mappers',
  'orchestrators',
  'transformers',
  'transforms',
  'files',
  'utilities',
] as const;

export function isPluginType(type: string): boolean {
  return PLUGIN_TYPES.some((one) => one === type);
}

const MANIFEST = mapping({
  ...allOf(
    ANY,
    'version send_anonymous_usage_stats project_id requires_meltano database_uri python state_backend venv annotations ' +
      'database_max_retries database_retry_timeout project_readonly cli elt experimental ff hub_api_root hub_url ' +
      'hub_url_auth snowplow auto_install',
  ),
  default_environment: TEXT,
  include_paths: TEXTS,
  env: MAPPING,
  plugins: {
    form: 'mapping',
    keys: Object.fromEntries(PLUGIN_TYPES.map((type) => [type, listOf(PLUGIN)])),
    others: ANY,
  },
  environments: listOf(mapping({ name: TEXT, config: MAPPING, env: MAPPING })),
  jobs: listOf(mapping({ name: TEXT, tasks: listOf({ form: 'any' }) })),
  schedules: listOf(
    mapping({ name: TEXT, interval: TEXT, job: TEXT, extractor: TEXT, loader: TEXT, env: MAPPING }),
  ),
});

const WORKSPACE = mapping({
  ...allOf(
    TEXT,
    'version name default_environment default_data_store state_data_store pipelines_image image_url',
  ),
  ...allOf(TEXTS, 'domains dataset_paths channel_paths pipeline_paths plugin_paths data_store_paths'),
  app_properties: MAPPING,
});

const PIPELINE = mapping({
  ...allOf(TEXT, 'version name label schedule timeout max_retries script inline_script'),
  ...allOf(TEXTS, 'data_components actions triggered_by'),
  properties: MAPPING,
});

const STORE = mapping({
  ...allOf(TEXT, 'version name data_plugin'),
  properties: MAPPING,
});

export const SHAPES: Readonly<Record<FileKind, Extract<Shape, { form: 'mapping' }>>> = {
  manifest: MANIFEST,
  workspace: WORKSPACE,
  pipeline: PIPELINE,
  store: STORE,
};

function mapping(keys: Record<string, Shape>): Extract<Shape, { form: 'mapping' }> {
  return {
    form: 'mapping',
    keys,
    others: ANY,
  };
}

function listOf(of: Shape): Shape {
  return {
    form: 'list',
    of,
  };
}

function allOf(shape: Shape, keys: string): Record<string, Shape> {
  return Object.fromEntries(keys.split(' ').map((key) => [key, shape]));
}

export interface UnknownKey {
  readonly node: YamlNode;
  readonly name: string;
  /** The known key that was probably meant. */
  readonly meant: string | null;
}

/** Keys with a dot, and keys that begin with `x-`, are left alone. */
export function findUnknownKeys(
  entries: ReadonlyMap<string, YamlNode>,
  known: readonly string[],
): UnknownKey[] {
  const free = known.filter((key) => !entries.has(key));
  return [...entries].flatMap(([name, node]) => {
    if (known.includes(name) || name.includes('.') || name.startsWith('x-')) return [];
    return [{ node, name, meant: free.find((key) => isNear(name, key)) ?? null }];
  });
}
