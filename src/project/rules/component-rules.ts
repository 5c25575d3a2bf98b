import { DBT_COMMANDS, MELTANO_COMMANDS } from '../known-commands.ts';
import type { Pipeline, Project } from '../model.ts';
import { beforeColon, type NameIndex } from '../name-index.ts';
import { quoteName } from '../quote-name.ts';
import type { Text } from '../yaml-file.ts';
import { describeUnknown, type Rule } from './rule.ts';

export const UNKNOWN_COMPONENT: Rule = {
  code: 'unknown-component',
  level: 'warning',
  text: '`data_components` name plugins of the project, by name or as `<type>/<name>--<variant>`, or data stores.',
  needs: ['manifest', 'store'],
  *check(project, names) {
    for (const component of project.pipelines.flatMap(({ components }) => components)) {
      if (isUnknown(project, names, component.text)) yield describeUnknown('plugin or data store', component);
    }
  },
  wrong: {
    'pipelines/orders.yml': `
version: pipelines/v0.1
data_components:
- tap-order
- Warehouse
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

export const UNKNOWN_ACTION: Rule = {
  code: 'unknown-action',
  level: 'warning',
  text: '`actions` are components, `component:command`, jobs or commands. What looks like no plugin is judged only where there is a data store file. None is judged beside a script, which wins over them.',
  needs: ['manifest', 'store'],
  *check(project, names) {
    const own = project.plugins.flatMap((plugin) => plugin.commands);
    const commands = new Set([...own, ...MELTANO_COMMANDS, ...DBT_COMMANDS]);
    for (const action of project.pipelines.flatMap(findJudgedActions)) {
      const words = action.text.trim().split(/\s+/);
      for (const word of words) {
        if (names.isRunnable(word) || names.hasJob(word) || commands.has(word) || word.startsWith('-'))
          continue;
        const name = beforeColon(word);
        // Of several words, those without a colon may be a command with its arguments.
        const isJudged = words.length === 1 || name !== word || names.isMeantAsPlugin(name);
        if (isJudged && isUnknown(project, names, name))
          yield describeUnknown('component, job or command', action, name);
      }
    }
  },
  wrong: {
    'pipelines/orders.yml': `
version: pipelines/v0.1
actions:
- tap-order:discover
`,
  },
  at: 'pipelines/orders.yml:3',
  right: {
    'pipelines/orders.yml': `
version: pipelines/v0.1
actions:
- tap-orders:discover
`,
  },
};

export const UNKNOWN_PROPERTY: Rule = {
  code: 'unknown-property',
  level: 'warning',
  text: 'Keys of `properties` are `component.setting`, with a component that something defines.',
  needs: ['manifest', 'store'],
  *check(project, names) {
    for (const property of project.pipelines.flatMap(({ properties }) => properties)) {
      const parts = property.text.split('.');
      // Names may hold dots themselves.
      const starts = parts.slice(1).map((_, index) => parts.slice(0, index + 1).join('.'));
      if (starts.length === 0 || starts.some((start) => !isUnknown(project, names, start))) continue;
      yield describeUnknown('plugin or data store', property, starts[0]);
    }
  },
  wrong: {
    'pipelines/orders.yml': `
version: pipelines/v0.1
properties:
  tap-order.start_date: 2026-01-01
`,
  },
  at: 'pipelines/orders.yml:3',
  right: {
    'pipelines/orders.yml': `
version: pipelines/v0.1
properties:
  tap-orders.start_date: 2026-01-01
`,
  },
};

export const UNKNOWN_UNTIL_DEPLOYED: Rule = {
  code: 'unknown-until-deployed',
  level: 'note',
  text: "Without a data store file, a component that looks like no plugin may be a data store of Meltano Cloud. That can't be known before the deployment.",
  needs: ['manifest', 'store'],
  *check(project, names) {
    if (project.stores.length > 0) return;
    for (const { text, place } of project.pipelines.flatMap(({ components }) => components)) {
      if (names.findComponent(text) || names.isMeantAsPlugin(text) || isLeftAlone(text)) continue;
      yield {
        place,
        message: `whether there is a data store ${quoteName(text)} can't be known before the deployment`,
      };
    }
  },
  wrong: {
    'pipelines/orders.yml': `
version: pipelines/v0.1
data_components:
- tap-orders
- Lake
`,
  },
  at: 'pipelines/orders.yml:4',
  right: {
    'pipelines/orders.yml': `
version: pipelines/v0.1
data_components:
- tap-orders
- Lake
`,
    'datastores/Lake.yml': `
version: datastores/v0.1
data_plugin: loaders/target-postgres--acme
`,
  },
};

function isUnknown(project: Project, names: NameIndex, name: string): boolean {
  if (isLeftAlone(name) || names.findComponent(name) !== null) return false;
  return project.stores.length > 0 || names.isMeantAsPlugin(name);
}

/** The value of a variable is unknown. */
function isLeftAlone(name: string): boolean {
  return name.trim() === '' || name.includes('$');
}

/** Actions of a pipeline without a script, which would win over them. */
export function findJudgedActions({ actions, script }: Pipeline): readonly Text[] {
  return script === null ? actions : [];
}
