import type { Pipeline, Plugin } from '../model.ts';
import { beforeColon, type NameIndex } from '../name-index.ts';
import { quoteName } from '../quote-name.ts';
import type { Place } from '../yaml-file.ts';
import type { YamlNode } from '../yaml-node.ts';
import type { Rule } from './rule.ts';

export const NOT_LISTED: Rule = {
  code: 'not-listed',
  level: 'warning',
  text: 'Plugins that a script runs or installs stand in `data_components`. This is judged only where all of those are known.',
  needs: ['manifest', 'store'],
  *check(project, names) {
    for (const pipeline of project.pipelines) {
      const listed = findListed(names, pipeline);
      if (listed === null || pipeline.script === null) continue;
      for (const { name, place } of findRun(pipeline.script)) {
        const plugins = names.findPlugins(beforeColon(name));
        if (plugins.length === 0 || plugins.some((plugin) => listed.has(plugin))) continue;
        yield {
          place,
          message: `the script runs ${quoteName(beforeColon(name))}, which data_components don't list`,
        };
      }
    }
  },
  wrong: {
    'pipelines/orders.yml': `
version: pipelines/v0.1
data_components:
- target-postgres
script: |
  meltano run tap-orders target-postgres
`,
  },
  at: 'pipelines/orders.yml:5',
  right: {
    'pipelines/orders.yml': `
version: pipelines/v0.1
data_components:
- tap-orders
- target-postgres
script: |
  meltano run tap-orders target-postgres
`,
  },
};

export const JOINED_LINES: Rule = {
  code: 'joined-lines',
  level: 'warning',
  text: 'A script of several lines begins with `|`. Without it, YAML joins the lines, so several commands become one.',
  needs: [],
  *check({ pipelines }) {
    for (const { script } of pipelines) {
      if (script === null || !joinsCommands(script.file.sourceOf(script.path).source)) continue;
      yield {
        place: script.place('key'),
        message: 'the lines of the script are joined, so its commands become one: begin it with |',
      };
    }
  },
  wrong: {
    'pipelines/orders.yml': `
version: pipelines/v0.1
data_components:
- tap-orders
- target-postgres
script:
  meltano install
  meltano run tap-orders target-postgres
`,
  },
  at: 'pipelines/orders.yml:5',
  right: {
    'pipelines/orders.yml': `
version: pipelines/v0.1
data_components:
- tap-orders
- target-postgres
script: |
  meltano install
  meltano run tap-orders target-postgres
`,
  },
};

/** True if YAML joins two lines that are whole commands of meltano. */
function joinsCommands(source: string): boolean {
  if (source.startsWith('|')) return false;
  const lines = source.split('\n').map((line) => line.replace(/^["']/, '').trimEnd());
  return lines.some((line, index) => {
    const before = lines[index - 1] ?? '';
    // In a folded text (>), lines with different indentation stay lines.
    const isJoined = !source.startsWith('>') || /^\s*/.exec(line)?.[0] === /^\s*/.exec(before)?.[0];
    return isJoined && COMMAND_LINE.test(line) && COMMAND_LINE.test(before);
  });
}

/** A command that is not continued in the next line. */
const COMMAND_LINE = /^\s*meltano\s.*[^\\;&|(){}]$/;

/** The plugins that a pipeline lists, directly and through data stores; null if it lists none or an unknown one. */
function findListed(names: NameIndex, { components }: Pipeline): { has(plugin: Plugin): boolean } | null {
  const plugins = new Set<Plugin>();
  let hasUnknownLoader = false;
  for (const { text } of components) {
    const found = names.findComponent(text);
    if (found === null) return null;
    const listed =
      found.kind === 'plugin' ? found.plugins : names.findPlugins(found.store?.dataPlugin?.text ?? '');
    for (const plugin of listed) plugins.add(plugin);
    if (listed.length === 0) hasUnknownLoader = true;
  }
  if (components.length === 0) return null;
  return { has: (plugin) => plugins.has(plugin) || (hasUnknownLoader && plugin.type === 'loaders') };
}

/** Allows options of `meltano` before its command, with or without a value. */
const COMMAND =
  /(?<![\w./-])meltano(?:\s+-\S+(?:\s+(?!run\b|invoke\b|install\b)\w\S*)?){0,4}\s+(?:run|invoke|install)\b/g;
/** The rest of a command; a backslash at the end of a line continues it. */
const REST = /(?:\\\r?\n|[^\n;|&#<>()])*/y;

interface RunName {
  readonly name: string;
  readonly place: Place;
}

/** The words after `meltano run`, `invoke` and `install`, with their places. Some aren't names of plugins. */
export function findRun({ file, path }: YamlNode): RunName[] {
  const { source, offset } = file.sourceOf(path);
  return [...source.matchAll(COMMAND)]
    .filter((one) => !isComment(source, one.index))
    .flatMap((command) => {
      REST.lastIndex = command.index + command[0].length;
      const begin = REST.lastIndex;
      const rest = REST.exec(source)?.[0] ?? '';
      const words = [...rest.matchAll(/[^\s\\"']+/g)];
      // The words after the plugin of `invoke` are its arguments.
      const wanted = command[0].endsWith('invoke') ? firstName(words) : words;
      return wanted.map((word) => ({
        name: word[0],
        place: file.placeAt(offset + begin + word.index),
      }));
    });
}

function firstName<T extends readonly string[]>(words: readonly T[]): T[] {
  const first = words.find(([word]) => word !== undefined && !word.startsWith('-'));
  return first ? [first] : [];
}

function isComment(source: string, index: number): boolean {
  return source.slice(source.lastIndexOf('\n', index) + 1, index).includes('#');
}
