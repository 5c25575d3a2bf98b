import { type Command, DEFAULT_LOG_LINES } from '../domain/command.ts';

/** The line that `parseCommand` parses as `command`. Line ends in names become spaces. */
export function formatCommand(command: Command): string {
  switch (command.name) {
    case 'redeploy': {
      const flags = command.branch === null ? [] : [`--branch=${quoteWord(command.branch)}`];
      const all = command.force ? [...flags, '--force'] : flags;
      return joinWords('/redeploy', all, command.workspaces);
    }
    case 'lock':
      return `/meltano lock ${command.text}`;
    case 'withdraw':
    case 'status':
    case 'pipelines':
      return joinWords(`/meltano ${command.name}`, [], command.workspaces);
    case 'logs': {
      const flags = command.lines === DEFAULT_LOG_LINES ? [] : [`--lines=${command.lines}`];
      return joinWords('/meltano logs', flags, toList(command.workspace));
    }
    case 'approve':
    case 'unlock':
      return joinName(`/meltano ${command.name}`, command.workspace, []);
    case 'why':
      return joinWords('/meltano why', [], toList(command.target));
    case 'verify':
      return joinName('/meltano verify', command.pipeline, formatWorkspace(command));
    case 'run': {
      const flags = [...formatWorkspace(command), ...(command.isConfirmed ? ['--yes'] : [])];
      return joinName('/meltano run', command.pipeline, flags);
    }
    case 'help':
      return '/meltano help';
  }
}

function toList(word: string | null): readonly string[] {
  return word === null ? [] : [word];
}

function formatWorkspace({ workspace }: { readonly workspace: string | null }): readonly string[] {
  return workspace === null ? [] : [`--workspace=${quoteWord(workspace)}`];
}

/** The name of a pipeline stands before the options, as people write it. */
function joinName(start: string, name: string | null, flags: readonly string[]): string {
  if (name === null || name.startsWith('-')) return joinWords(start, flags, toList(name));
  return [start, quoteWord(name), ...flags].join(' ');
}

function joinWords(start: string, flags: readonly string[], words: readonly string[]): string {
  // Without `--`, a name that begins with a hyphen would be a flag.
  const end = words.some((word) => word.startsWith('-')) ? ['--'] : [];
  return [start, ...flags, ...end, ...words.map(quoteWord)].join(' ');
}

function quoteWord(word: string): string {
  const text = word.replace(/\r\n|\n|\r/g, ' ');
  if (/^[\w./:@+-]+$/.test(text)) return text;
  return text.includes("'") ? `"${text.replace(/["\\]/g, '\\$&')}"` : `'${text}'`;
}
