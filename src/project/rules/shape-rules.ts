import { findUnknownKeys, PLUGIN_TYPES, SHAPES, type Shape, type UnknownKey } from '../file-shapes.ts';
import type { FileKind, Project } from '../model.ts';
import { quoteName } from '../quote-name.ts';
import type { YamlNode } from '../yaml-node.ts';
import type { Problem, Rule } from './rule.ts';

export const WRONG_FORM: Rule = {
  code: 'wrong-form',
  level: 'error',
  text: 'A value has the form that its key needs: a mapping, a list or a text. Nothing is always allowed, and one text counts as a list of one.',
  needs: [],
  *check(project) {
    for (const { kind, root } of listRoots(project)) yield* checkForm(root, SHAPES[kind]);
  },
  wrong: {
    'pipelines/orders.yml': `
version: pipelines/v0.1
data_components:
  tap-orders: Warehouse
`,
  },
  at: 'pipelines/orders.yml:3',
  right: {
    'pipelines/orders.yml': `
version: pipelines/v0.1
data_components:
- tap-orders
- Warehouse
`,
  },
};

export const MISSPELT_KEY: Rule = {
  code: 'misspelt-key',
  level: 'error',
  text: 'A key is written as Meltano Cloud knows it. An unknown key is an error if a known one that the file lacks is at most two letters away: keys of pipelines, data stores and workspace files, top-level keys of meltano.yml, and types of plugins.',
  needs: [],
  *check(project) {
    for (const { node, name, meant } of listUnknownKeys(project)) {
      if (meant === null) continue;
      yield {
        place: node.place('key'),
        message: `unknown key ${quoteName(name)}; did you mean ${meant}?`,
      };
    }
  },
  wrong: {
    'pipelines/orders.yml': `
version: pipelines/v0.1
data_component:
- Warehouse
`,
  },
  at: 'pipelines/orders.yml:2',
  right: {
    'pipelines/orders.yml': `
version: pipelines/v0.1
data_components:
- Warehouse
`,
  },
};

export const UNKNOWN_KEY: Rule = {
  code: 'unknown-key',
  level: 'warning',
  text: 'Any other unknown key is probably ignored. Keys with a dot, and keys that begin with `x-`, are left alone.',
  needs: [],
  *check(project) {
    for (const { node, name, meant } of listUnknownKeys(project)) {
      if (meant !== null) continue;
      yield {
        place: node.place('key'),
        message: `unknown key ${quoteName(name)}`,
      };
    }
  },
  wrong: {
    'workspace.yml': `
version: workspaces/v0.2
owner: data-team
`,
  },
  at: 'workspace.yml:2',
  right: {
    'workspace.yml': `
version: workspaces/v0.2
x-owner: data-team
`,
  },
};

interface Root {
  readonly kind: FileKind;
  readonly root: YamlNode;
}

function listRoots(project: Project): Root[] {
  const toRoots = (kind: FileKind, nodes: readonly YamlNode[]) => nodes.map((root) => ({ kind, root }));
  return [
    ...toRoots('manifest', project.manifests),
    ...toRoots(
      'workspace',
      project.workspaceFiles.map(({ node }) => node),
    ),
    ...toRoots(
      'pipeline',
      project.pipelines.map(({ node }) => node),
    ),
    ...toRoots(
      'store',
      project.stores.map(({ node }) => node),
    ),
  ];
}

function* checkForm(node: YamlNode, shape: Shape): Generator<Problem> {
  const { form } = node;
  if (shape.form === 'any' || form === 'nothing') return;
  if (shape.form === 'list' && form === 'list') {
    for (const item of node.items()) yield* checkForm(item, shape.of);
  } else if (shape.form === 'list' && form === 'text' && shape.of.form !== 'mapping') {
    // A text counts as a list of one.
  } else if (shape.form === 'mapping' && form === 'mapping') {
    for (const [key, value] of node.entries()) yield* checkForm(value, shapeOf(shape, key));
  } else if (form !== shape.form) {
    yield {
      place: node.place(),
      message: `${describePlace(node)} must be a ${shape.form}, not a ${form}`,
    };
  }
}

/** Files may have keys such as `constructor`. */
function shapeOf({ keys, others }: Extract<Shape, { form: 'mapping' }>, key: string): Shape {
  return Object.hasOwn(keys, key) ? (keys[key] ?? others) : others;
}

function describePlace({ path }: YamlNode): string {
  const key = path.findLast((part) => typeof part === 'string');
  if (key === undefined) return 'the file';
  return typeof path.at(-1) === 'number' ? `an entry of ${quoteName(String(key))}` : quoteName(String(key));
}

function* listUnknownKeys(project: Project): Generator<UnknownKey> {
  for (const { kind, root } of listRoots(project)) {
    yield* findUnknownKeys(root.entries(), Object.keys(SHAPES[kind].keys));
    if (kind === 'manifest') yield* findUnknownKeys(root.get('plugins').entries(), PLUGIN_TYPES);
  }
}
