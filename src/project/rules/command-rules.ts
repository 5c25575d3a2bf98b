import { DBT_COMMANDS } from '../known-commands.ts';
import type { Plugin, Project } from '../model.ts';
import { beforeColon, type NameIndex } from '../name-index.ts';
import { quoteName } from '../quote-name.ts';
import type { Place } from '../yaml-file.ts';
import { findJudgedActions } from './component-rules.ts';
import type { Rule } from './rule.ts';
import { findRun } from './script-rules.ts';

export const UNKNOWN_COMMAND: Rule = {
  code: 'unknown-command',
  level: 'warning',
  text: 'In `plugin:command`, the plugin has that command. It is judged where meltano.yml has all commands of the plugin, or where a known one of it, or of dbt, is at most two letters away.',
  needs: ['manifest'],
  *check(project, names) {
    for (const { text, place } of listRun(project)) {
      const name = beforeColon(text);
      const command = text.slice(name.length + 1);
      if (command === '' || command.includes('$')) continue;
      const meant = names.findPlugins(name).map((plugin) => judge(plugin, command, names));
      if (meant.length === 0 || meant.includes('known')) continue;
      const [near] = meant.filter((one) => one !== 'unknown');
      yield {
        place,
        message: `${quoteName(name)} has no command ${quoteName(command)}${near ? `; did you mean ${near}?` : ''}`,
      };
    }
  },
  wrong: {
    'meltano.yml': `
version: 1
plugins:
  transformers:
  - name: dbt
    namespace: dbt
jobs:
- name: models
  tasks: dbt:rnu
`,
  },
  at: 'meltano.yml:8',
  right: {
    'meltano.yml': `
version: 1
plugins:
  transformers:
  - name: dbt
    namespace: dbt
jobs:
- name: models
  tasks: dbt:run
`,
  },
};

/** Whatever `plugin:command` may stand in. */
function* listRun({ pipelines, jobs }: Project): Generator<{ readonly text: string; readonly place: Place }> {
  for (const { tasks } of jobs) yield* tasks;
  for (const pipeline of pipelines) {
    for (const { text, place } of findJudgedActions(pipeline)) {
      for (const word of text.split(/\s+/)) yield { text: word, place };
    }
    if (pipeline.script === null) continue;
    for (const { name, place } of findRun(pipeline.script)) yield { text: name, place };
  }
}

/** `known` also if the plugin's commands aren't all known; or the command that was probably meant; or `unknown`. */
function judge(plugin: Plugin, command: string, names: NameIndex): string {
  const chain = names.ancestryOf(plugin);
  const own = chain.flatMap(({ commands }) => commands);
  const isDbt = chain.some(({ name, inheritFrom }) =>
    [name, inheritFrom].some((one) => /^dbt(?:-|$)/.test(one?.text ?? '')),
  );
  const known = isDbt ? [...own, ...DBT_COMMANDS] : own;
  if (known.includes(command)) return 'known';
  const isWhole = own.length > 0 && !isDbt && chain.at(-1)?.isCustom === true;
  return names.findNear(command, known) ?? (isWhole ? 'unknown' : 'known');
}
