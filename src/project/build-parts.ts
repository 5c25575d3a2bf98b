import { findUnknownKeys, PLUGIN_TYPES } from './file-shapes.ts';
import type {
  Environment,
  Job,
  LockFile,
  Pipeline,
  Plugin,
  Schedule,
  Store,
  WorkspaceFile,
} from './model.ts';
import type { YamlFile } from './yaml-file.ts';
import { YamlNode } from './yaml-node.ts';

/** The definitions of a `meltano.yml` or of a file that it includes. */
export interface ManifestParts {
  readonly environments: readonly Environment[];
  readonly plugins: readonly Plugin[];
  readonly jobs: readonly Job[];
  readonly schedules: readonly Schedule[];
}

export function buildManifestParts(root: YamlNode): ManifestParts {
  const types = root.get('plugins').entries();
  // A misspelt type has its own finding: its plugins aren't judged as if they were of another.
  const meant = new Map(findUnknownKeys(types, PLUGIN_TYPES).map((one) => [one.name, one.meant]));
  return {
    environments: root.get('environments').items().map(toNamed),
    plugins: [...types].flatMap(([type, list]) =>
      list.items().map((node) => toPlugin(meant.get(type) ?? type, node)),
    ),
    jobs: root.get('jobs').items().map(toJob),
    schedules: root.get('schedules').items().map(toSchedule),
  };
}

function toNamed(node: YamlNode): Environment {
  return {
    name: node.get('name').toText(),
    node,
  };
}

function toPlugin(type: string, node: YamlNode): Plugin {
  const name = node.get('name').toText();
  const inheritFrom = node.get('inherit_from').toText();
  return {
    type,
    name,
    node,
    variant: node.get('variant').toText(),
    // Meltano drops a plugin's inheritance from its own name.
    inheritFrom: inheritFrom?.text === name?.text ? null : inheritFrom,
    isCustom: node.get('namespace').form !== 'nothing',
    pipUrl: node.get('pip_url').toText(),
    mappings: node
      .get('mappings')
      .items()
      .flatMap((mapping) => mapping.get('name').toText()?.text ?? []),
    commands: [...node.get('commands').entries().keys()],
  };
}

function toJob(node: YamlNode): Job {
  return {
    name: node.get('name').toText(),
    node,
    tasks: node.get('tasks').toWords(),
  };
}

function toSchedule(node: YamlNode): Schedule {
  return {
    name: node.get('name').toText(),
    node,
    interval: node.get('interval').toText(),
    job: node.get('job').toText(),
    extractor: node.get('extractor').toText(),
    loader: node.get('loader').toText(),
  };
}

export function buildPipeline(file: YamlFile): Pipeline {
  const node = new YamlNode(file);
  const scripts = [node.get('inline_script'), node.get('script')];
  return {
    path: file.path,
    stem: stemOf(file.path),
    node,
    name: node.get('name').toText(),
    label: node.get('label').toText(),
    components: node.get('data_components').toTexts(),
    actions: node.get('actions').toTexts(),
    script: scripts.find(({ form }) => form === 'text') ?? null,
    schedule: node.get('schedule').toText(),
    timeout: node.get('timeout').toText(),
    maxRetries: node.get('max_retries').toText(),
    triggeredBy: node.get('triggered_by').toTexts(),
    properties: node.get('properties').toKeys(),
  };
}

export function buildStore(file: YamlFile): Store {
  const node = new YamlNode(file);
  return {
    path: file.path,
    stem: stemOf(file.path),
    node,
    name: node.get('name').toText(),
    dataPlugin: node.get('data_plugin').toText(),
  };
}

export function buildWorkspaceFile(file: YamlFile): WorkspaceFile {
  const node = new YamlNode(file);
  return {
    node,
    defaultEnvironment: node.get('default_environment').toText(),
    defaultDataStore: node.get('default_data_store').toText(),
    stateDataStore: node.get('state_data_store').toText(),
  };
}

/** Reads a path such as `plugins/extractors/tap-orders--acme.lock`; null for other files. */
export function toLockFile(path: string, directory: string): LockFile | null {
  const inside = directory === '' ? path : path.slice(directory.length + 1);
  const found = /^plugins\/([^/]+)\/([^/]+)\.lock$/.exec(inside);
  if (!found) return null;
  return {
    path,
    type: found[1] ?? '',
    stem: found[2] ?? '',
  };
}

function stemOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1).replace(/\.ya?ml$/, '');
}
