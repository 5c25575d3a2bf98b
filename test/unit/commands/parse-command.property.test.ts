import fc from 'fast-check';
import { expect, test } from 'vitest';
import { formatCommand } from '../../../src/commands/format-command.ts';
import { parseCommand } from '../../../src/commands/parse-command.ts';
import { readLockText } from '../../../src/commands/read-lock.ts';
import { COMMAND_NAMES, type Command, type CommandName, MAX_LOG_LINES } from '../../../src/domain/command.ts';
import { cleanInlineText } from '../../../src/logs/clean-log-line.ts';

/** Pieces of Markdown and commands, and some without meaning. */
const PIECES = [
  ...[
    '/redeploy',
    '/meltano ',
    'logs',
    '--lines',
    '—',
    '"',
    "'",
    '“',
    '\\',
    '`',
    '```',
    '~~~',
    '>',
    '> ',
    '- ',
    '1. ',
  ],
  ...[
    '<!--',
    '-->',
    '<pre>',
    '</pre>',
    '<code',
    '<',
    '[',
    '](',
    '![',
    '*',
    '_',
    '#',
    '---',
    '===',
    '\t',
    '    ',
    ' ',
  ],
  ...['\n', '\r\n', '\r', '\n\n', '\n/redeploy ', '\u0000', '\u200b', '\ufeff', '\u00a0', '\ud800', 'é', 'a'],
];
const markdown = fc.array(fc.constantFrom(...PIECES), { maxLength: 60 }).map((pieces) => pieces.join(''));

const word = fc
  .oneof(markdown, fc.string({ unit: 'binary' }), fc.string())
  .map((text) => text.replace(/[\r\n]/g, ''))
  .filter((text) => text.trim() !== '');
const words = fc.array(word, { maxLength: 4 });
/** As `/meltano lock` keeps it: without comments, control characters, and blanks around it. */
function isLockText(text: string): boolean {
  return (
    text === cleanInlineText(text) &&
    !text.includes('<!--') &&
    readLockText(text).whole !== '' &&
    !/^(--help|-h)$/.test(text)
  );
}
const ARGUMENTS: Readonly<Record<CommandName, fc.Arbitrary<object>>> = {
  redeploy: fc.record({ workspaces: words, branch: fc.option(word), force: fc.boolean() }),
  withdraw: fc.record({ workspaces: words }),
  lock: fc.record({ text: word.filter(isLockText) }),
  approve: fc.record({ workspace: fc.option(word) }),
  unlock: fc.record({ workspace: fc.option(word) }),
  status: fc.record({ workspaces: words }),
  logs: fc.record({ workspace: fc.option(word), lines: fc.integer({ min: 1, max: MAX_LOG_LINES }) }),
  why: fc.record({ target: fc.option(word) }),
  pipelines: fc.record({ workspaces: words }),
  verify: fc.record({ pipeline: fc.option(word), workspace: fc.option(word) }),
  run: fc.record({ pipeline: word, workspace: fc.option(word), isConfirmed: fc.boolean() }),
  help: fc.constant({}),
};
const command = fc.oneof(
  ...COMMAND_NAMES.map((name) => ARGUMENTS[name].map((given) => ({ name, ...given }) as Command)),
);

test('no text makes it throw', () => {
  fc.assert(
    fc.property(fc.oneof(markdown, fc.string({ unit: 'binary' })), (body) => {
      expect(['none', 'command', 'invalid', 'nearly']).toContain(parseCommand(body).kind);
    }),
    { numRuns: 1_000 },
  );
});

/** Each of these overflowed the stack of a parser, or took it seconds. */
test.each([
  '>',
  '> ',
  '- ',
  '[',
  '[a](',
  '![[]()',
  '*a_ ',
  '`',
  '`\n``\n',
  '<!--',
  'a <?',
  '<a ',
  '<pre>',
  '"',
  '\\',
  '- - \n',
  '- a\n ',
  '[a]: b\n',
])('65,536 characters of %j are read', (piece) => {
  const hostile = piece.repeat(Math.floor(65_500 / piece.length));
  expect(parseCommand(`/redeploy\n\n${hostile}`)).toMatchObject({ kind: 'command', ignored: 0 });
  expect(parseCommand(`/redeploy ${hostile}`).kind).not.toBe('none');
});

/** Thousands of lists that stay open over thousands of empty lines, in a quote and out of it. */
test.each(['', '> '])('deep lists before many empty lines are read: %j', (quote) => {
  const hostile = `${quote}${'- '.repeat(16_000)}a\n${`${quote}\n`.repeat(10_000)}`;
  expect(parseCommand(`${hostile}\n/redeploy`)).toMatchObject({ kind: 'command', ignored: 0 });
});

test('a command inside a fence of any length is none', () => {
  const fence = fc.tuple(fc.constantFrom('`', '~'), fc.integer({ min: 3, max: 200 }));
  const inside = fc.array(fc.constantFrom('/redeploy', '', '> x', '``', '<!--', '- a', '/meltano help'));
  fc.assert(
    fc.property(fence, inside, fc.boolean(), ([mark, length], lines, isClosed) => {
      const end = isClosed ? [mark.repeat(length)] : [];
      const shorter = mark.repeat(length - 1);
      const body = ['Hi', mark.repeat(length), ...lines, shorter, '/redeploy', ...end].join('\n');
      expect(parseCommand(body)).toEqual({ kind: 'none' });
    }),
  );
});

test('a command that is formatted and parsed is the same', () => {
  fc.assert(
    fc.property(command, (asked) => {
      expect(parseCommand(formatCommand(asked))).toEqual({ kind: 'command', command: asked, ignored: 0 });
    }),
    { numRuns: 1_000 },
  );
});

test('what an optional quote would not need is not quoted', () => {
  expect(formatCommand({ name: 'redeploy', workspaces: ['sales'], branch: 'feature/x', force: false })).toBe(
    '/redeploy --branch=feature/x sales',
  );
  expect(formatCommand({ name: 'redeploy', workspaces: ["Bob's", 'a b'], branch: null, force: false })).toBe(
    `/redeploy "Bob's" 'a b'`,
  );
  expect(formatCommand({ name: 'logs', workspace: null, lines: 100 })).toBe('/meltano logs');
});
