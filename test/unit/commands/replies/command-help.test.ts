import { expect, test } from 'vitest';
import { parseCommand } from '../../../../src/commands/parse-command.ts';
import { COMMAND_HELP } from '../../../../src/commands/replies/render-help.ts';
import { COMMAND_NAMES } from '../../../../src/domain/command.ts';

/** The shortest and the longest line that a usage allows. */
function writeOut(usage: string): readonly string[] {
  const filled = usage
    .replace('<number>', '7')
    .replace('<name>', 'main')
    .replace('|sha', '')
    .replace('…', '');
  return [filled.replace(/ \[[^\]]*\]/g, ''), filled.replace(/[[\]]/g, '')];
}

test.each(COMMAND_NAMES)('what help prints for %s parses as that command', (name) => {
  const { usage, example } = COMMAND_HELP[name];
  for (const line of [...writeOut(usage), example]) {
    expect(parseCommand(line), line).toMatchObject({ kind: 'command', command: { name }, ignored: 0 });
  }
});

test('a usage names every flag and word of its command', () => {
  const longest = Object.fromEntries(
    COMMAND_NAMES.map((name) => [name, writeOut(COMMAND_HELP[name].usage)[1]]),
  );
  const read = (name: string) => {
    const parsed = parseCommand(longest[name] ?? '');
    return parsed.kind === 'command' ? parsed.command : null;
  };
  expect(read('redeploy')).toEqual({
    name: 'redeploy',
    workspaces: ['workspace'],
    branch: 'main',
    force: true,
  });
  expect(read('withdraw')).toEqual({ name: 'withdraw', workspaces: ['workspace'] });
  expect(read('logs')).toEqual({ name: 'logs', workspace: 'workspace', lines: 7 });
  expect(read('why')).toEqual({ name: 'why', target: 'workspace' });
});

test('help lists the commands in their order', () => {
  expect(Object.keys(COMMAND_HELP)).toEqual([...COMMAND_NAMES]);
});
