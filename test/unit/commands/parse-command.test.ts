import { expect, test } from 'vitest';
import { parseCommand } from '../../../src/commands/parse-command.ts';
import {
  type Command,
  MAX_LOG_LINES,
  MAX_WORKSPACES,
  type ParsedComment,
} from '../../../src/domain/command.ts';

const REDEPLOY: Command = { name: 'redeploy', workspaces: [], branch: null, force: false };

const VERIFY: Command = { name: 'verify', pipeline: null, workspace: null };
const RUN: Command = { name: 'run', pipeline: 'facebook', workspace: null, isConfirmed: false };

function command(parsed: ParsedComment): Command | null {
  return parsed.kind === 'command' ? parsed.command : null;
}

test.each<[string, Command]>([
  ['/redeploy', REDEPLOY],
  ['/meltano redeploy', REDEPLOY],
  ['/ReDeploy', REDEPLOY],
  ['/Meltano REDEPLOY', REDEPLOY],
  [
    '/redeploy one "two words" three\\ words',
    { ...REDEPLOY, workspaces: ['one', 'two words', 'three words'] },
  ],
  ['/redeploy --branch dev one', { ...REDEPLOY, workspaces: ['one'], branch: 'dev' }],
  ['/redeploy one --branch=dev', { ...REDEPLOY, workspaces: ['one'], branch: 'dev' }],
  ['/redeploy --force one', { ...REDEPLOY, workspaces: ['one'], force: true }],
  ['/redeploy one --branch dev --force', { ...REDEPLOY, workspaces: ['one'], branch: 'dev', force: true }],
  ['/redeploy --branch a --branch b', { ...REDEPLOY, branch: 'b' }],
  ['/redeploy -- --branch', { ...REDEPLOY, workspaces: ['--branch'] }],
  ['/meltano withdraw Sales', { name: 'withdraw', workspaces: ['Sales'] }],
  ['/meltano cancel', { name: 'withdraw', workspaces: [] }],
  ['/meltano Cancel Sales', { name: 'withdraw', workspaces: ['Sales'] }],
  ['/meltano lock month end', { name: 'lock', text: 'month end' }],
  [
    '/meltano lock <!-- x -->  "Analytics (prod)" don\'t: --yes "',
    { name: 'lock', text: '"Analytics (prod)" don\'t: --yes "' },
  ],
  ['/meltano unlock', { name: 'unlock', workspace: null }],
  ['/meltano unlock Analytics (prod)', { name: 'unlock', workspace: 'Analytics (prod)' }],
  ['/meltano lock --help', { name: 'help' }],
  ['/meltano status', { name: 'status', workspaces: [] }],
  ['/meltano logs', { name: 'logs', workspace: null, lines: 100 }],
  ['/meltano logs a --lines 5', { name: 'logs', workspace: 'a', lines: 5 }],
  [`/meltano logs --lines=${MAX_LOG_LINES}`, { name: 'logs', workspace: null, lines: MAX_LOG_LINES }],
  ['/meltano why', { name: 'why', target: null }],
  ['/meltano why 4f2a91c', { name: 'why', target: '4f2a91c' }],
  ['/meltano pipelines', { name: 'pipelines', workspaces: [] }],
  ['/meltano Pipelines "Analytics (prod)"', { name: 'pipelines', workspaces: ['Analytics (prod)'] }],
  ['/meltano verify', VERIFY],
  ['/meltano verify facebook', { ...VERIFY, pipeline: 'facebook' }],
  ['/meltano verify Google Ads', { ...VERIFY, pipeline: 'Google Ads' }],
  ['/meltano verify “Google Ads” --workspace dev', { ...VERIFY, pipeline: 'Google Ads', workspace: 'dev' }],
  ['/meltano run facebook', RUN],
  ['/meltano run `facebook`', RUN],
  ['/meltano run facebook --yes', { ...RUN, isConfirmed: true }],
  ['/meltano run --yes facebook', { ...RUN, isConfirmed: true }],
  ['/meltano run Google   Ads - EU --yes', { ...RUN, pipeline: 'Google Ads - EU', isConfirmed: true }],
  ['/meltano run Google "Ads EU" —yes', { ...RUN, pipeline: 'Google Ads EU', isConfirmed: true }],
  ["/meltano run Ana's data --yes", { ...RUN, pipeline: "Ana's data", isConfirmed: true }],
  ['/meltano run Ana’s data', { ...RUN, pipeline: 'Ana’s data' }],
  [
    "/meltano run 'Ana’s data' --workspace 'Analytics (prod)'",
    {
      ...RUN,
      pipeline: 'Ana’s data',
      workspace: 'Analytics (prod)',
    },
  ],
  [
    '/meltano run --workspace=dev --yes -- --odd name',
    {
      ...RUN,
      pipeline: '--odd name',
      workspace: 'dev',
      isConfirmed: true,
    },
  ],
  ['/meltano run facebook --help', { name: 'help' }],
  ['/meltano help', { name: 'help' }],
  ['/meltano help redeploy', { name: 'help' }],
  ['/meltano', { name: 'help' }],
  ['/meltano   ', { name: 'help' }],
  ['/meltano --help', { name: 'help' }],
  ['/meltano logs a --help', { name: 'help' }],
  ['/redeploy -h', { name: 'help' }],
])('%s', (line, expected) => {
  expect(parseCommand(line)).toEqual({ kind: 'command', command: expected, ignored: 0 });
});

test.each<[string, string, readonly string[]]>([
  ['curly double quotes', '/redeploy “my workspace”', ['my workspace']],
  ['one curly, one straight', '/redeploy “my workspace"', ['my workspace']],
  ['low opening quotes', '/redeploy „my workspace“', ['my workspace']],
  ['curly single quotes', '/redeploy ‘my workspace’', ['my workspace']],
  ['a curly apostrophe in a word', '/redeploy Bob’s', ['Bob’s']],
  ['a name as code', '/redeploy `my workspace`', ['my workspace']],
  ['an escaped quote', '/redeploy "a \\"b\\" \\\\ \\c"', ['a "b" \\ \\c']],
  ['no escapes in single quotes', "/redeploy 'a\\b'", ['a\\b']],
  ['quotes in the middle of a word', '/redeploy my" work"space', ['my workspace']],
  ['no-break spaces', '/redeploy\u00a0one\u00a0two', ['one', 'two']],
  ['characters without width', '/redeploy\u200b one\u200b\ufeff', ['one']],
  ['a backslash as line break', '/redeploy one \\\nThanks', ['one']],
  ['what shells would expand', '/redeploy $HOME * a;b #c ~', ['$HOME', '*', 'a;b', '#c', '~']],
])('words: %s', (_title, line, workspaces) => {
  expect(command(parseCommand(line))).toEqual({ ...REDEPLOY, workspaces });
});

test.each<[string, string, readonly string[]]>([
  ...[
    '\u202a',
    '\u2068',
    '\u00ad',
    '\u3000',
    '\u200b',
    '\u200d',
    '\ufeff',
    '\u061c',
    '\u2063',
    '\u3164',
    '\ufe0f',
  ].map((one): [string, string, readonly string[]] => [
    `U+${one.charCodeAt(0).toString(16)} before it`,
    `Hi\n${one}/redeploy one`,
    ['one'],
  ]),
  ['invisible characters within', '/\u2060re\u00addeploy\u200b\u3000one\u202c\u2069', ['one']],
  ['a tag character', '\u{e0001}/redeploy on\u{e0020}e', ['one']],
  ['a full-width slash', '／redeploy one', ['one']],
  [
    'all of it full-width',
    '　／ｒｅｄｅｐｌｏｙ　ｏｎｅ　＂ｔｗｏ ｗｏｒｄｓ＂',
    ['one', 'ｔｗｏ ｗｏｒｄｓ'],
  ],
  ['direction marks around all of it', '\u2067/redeploy one\u2069', ['one']],
  ['an HTML comment behind it', '/redeploy one <!-- for -- Ada --> two', ['one', 'two']],
  ['an HTML comment right behind it', '/redeploy<!-- x -->', []],
  ['an empty HTML comment', '/redeploy <!--> one <!---> two', ['one', 'two']],
  ['an HTML comment over lines', '/redeploy one <!-- for\nAda\n--> two', ['one']],
  ['an HTML comment over paragraphs', '/redeploy one <!-- for\n\nAda -->', ['one']],
  ['what is no comment, in quotes', '/redeploy "<!-- a -->"', ['<!-- a -->']],
])('forgiven: %s', (_title, body, workspaces) => {
  expect(command(parseCommand(body))).toEqual({ ...REDEPLOY, workspaces });
});

test.each<[string, Command]>([
  ['／ｍｅｌｔａｎｏ　ｌｏｇｓ　－－ｌｉｎｅｓ　５', { name: 'logs', workspace: null, lines: 5 }],
  ['/meltano \u202astatus\u202c', { name: 'status', workspaces: [] }],
  ['/meltano <!-- a --> status <!-- b -->', { name: 'status', workspaces: [] }],
  ['/meltano <!-- status -->', { name: 'help' }],
])('forgiven: %s', (body, expected) => {
  expect(command(parseCommand(body))).toEqual(expected);
});

test.each(['—lines 5', '–lines 5', '—lines=5', '--lines “5”'])('phones type %s', (flag) => {
  expect(command(parseCommand(`/meltano logs ${flag}`))).toEqual({ name: 'logs', workspace: null, lines: 5 });
});

test.each<[string, string]>([
  ['alone', '/redeploy'],
  ['between pleasantries', 'Hi team,\n\n/redeploy\n\nthanks!'],
  ['right after a paragraph line', 'Please:\n/redeploy'],
  ['right before one', '/redeploy\nThanks'],
  ['before an e-mail signature', '/redeploy\n-- \nAda'],
  ['before an e-mail trailer', '/redeploy\r\n\r\nOn Tue, Ada wrote:\r\n> /meltano withdraw\r\n> x'],
  ['with CRLF', 'Hi\r\n/redeploy\r\nBye'],
  ['with CR alone', 'Hi\r/redeploy\rBye'],
  ['after three spaces', '   /redeploy'],
  ['after a no-break space', '\u00a0/redeploy'],
  ['after characters without width', '\ufeff\u200b/redeploy'],
  ['after an HTML comment', '<!-- hidden -->\n/redeploy'],
  ['after an empty HTML comment', 'a <!-->\n/redeploy'],
  ['after a closed fence', '```\ncode\n```\n/redeploy'],
  ['after a fence that its list item ends', '- ```\n  code\n/redeploy'],
  ['after many empty lines', 'Hi\n\n\n \n\t\n\n/redeploy\n\n\nBye'],
  ['after many empty lines of a quote', '> Hi\n>\n> \n>\n\n/redeploy'],
  ['after a ruler of hyphens and spaces', `Hi\n\n${'- '.repeat(70)}\n/redeploy`],
  ['after a list', 'Done:\n- one\n- two\n/redeploy'],
  ['after a quote and an empty line', '> quoted\n\n/redeploy'],
  ['after an image', '<img src="x.png">\n/redeploy'],
  ['in folded details', '<details>\n<summary>Ask</summary>\n\n/redeploy\n\n</details>'],
  ['after closed HTML code', '<pre>\ncode\n</pre>\n/redeploy'],
  ['after an HTML quote', '<blockquote>\n\nquoted\n\n</blockquote>\n\n/redeploy'],
  ['after lone backticks', 'a ` b `` c\n/redeploy'],
  ['after escaped backticks', 'a \\` b\n/redeploy\nc `'],
  ['after an unclosed comment in a paragraph', 'a <!-- b\n/redeploy'],
  ['after an unclosed tag in a paragraph', 'a <code> b\n\n/redeploy'],
])('counts: %s', (_title, body) => {
  expect(parseCommand(body)).toMatchObject({ kind: 'command', command: REDEPLOY, ignored: 0 });
});

test.each<[string, string]>([
  ['nothing', ''],
  ['in a sentence', 'Try /redeploy'],
  ['in a quote', '> /redeploy'],
  ['in a quote, lazily', '> quoted\n/redeploy'],
  ['in a quoted list, lazily', '> - quoted\n/redeploy'],
  ['after empty lines of a fence', '```\n\n\n\n/redeploy\n\n\n```'],
  ['in a very deep quote, lazily', `${'> '.repeat(70)}quoted\n/redeploy`],
  ['in a nested quote', '- > - quoted\n/redeploy'],
  ['in a quote, below the definition of a link', '> [a]: https://example.com\n/redeploy'],
  ['the address in the definition of a link', '[a]:\n/redeploy'],
  ['in a list item', '- /redeploy'],
  ['in a numbered list item', '1. /redeploy'],
  ['after four spaces', '    /redeploy'],
  ['after a tab', '\t/redeploy'],
  ['after a space and a tab', ' \t/redeploy'],
  ['in a fence', '```\n/redeploy\n```'],
  ['in a fence with a language', '```sh\n/redeploy\n```'],
  ['in a fence of tildes', '~~~\n/redeploy\n```\n~~~'],
  ['in an open fence', '```\n/redeploy'],
  ['in a longer fence', '````\n```\n/redeploy\n````'],
  ['in a fence of a list item', '- ```\n  /redeploy\n  ```'],
  ['as a code span', '`/redeploy`'],
  ['in a code span over lines', 'a `b\n/redeploy\nc` d'],
  ['in a code span of several backticks', 'a ``b `\n/redeploy\nc`` d'],
  ['in an HTML comment', '<!--\n/redeploy\n-->'],
  ['in an HTML comment over paragraphs', '<!-- Hint:\n\n/redeploy\n\n-->'],
  ['in an HTML comment within a paragraph', 'a <!-- b\n/redeploy\n--> c'],
  ['in an open HTML comment', '<!--\n\n/redeploy'],
  ['in an open HTML comment of an element', '<div>\n<!--\n</div>\n\n/redeploy'],
  ['in HTML code', '<pre>\n/redeploy\n</pre>'],
  ['in HTML code within a paragraph', 'a <code>b\n/redeploy\nc</code>'],
  ['in an HTML quote', '<blockquote>\n\n/redeploy\n\n</blockquote>'],
  ['as a heading', '# /redeploy'],
  ['a path', '/redeploy/foo'],
  ["a file's name", '/meltano.yml'],
  ['a path below /meltano', '/meltano/redeploy'],
  ['a longer word', '/meltanox help'],
  ['another command', '/deploy'],
  ['a third one', '/retest'],
  ['a path that is nearly a command', '/redploy/foo'],
  ['a file that is nearly a command', '/redeploy.sh'],
  ['two slashes', '//redeploy'],
  ['two slashes, one of them full-width', '／/redeploy'],
  ['a full-width path', '／ｒｅｄｅｐｌｏｙ／ｆｏｏ'],
  ['an invisible character before a word', '\u202aplease /redeploy'],
  ['an invisible character before a quote', '\u202a> /redeploy'],
  ['in an HTML comment behind another command', '/deploy <!--\n/redeploy\n-->'],
  ['a space after the slash', '/ redeploy'],
])('does not count: %s', (_title, body) => {
  expect(parseCommand(body)).toEqual({ kind: 'none' });
});

test.each<[string, string, string]>([
  ['/meltano redploy', 'redploy', 'redeploy'],
  ['/meltano deploy', 'deploy', 'redeploy'],
  ['/meltano log', 'log', 'logs'],
  ['/meltano hlep', 'hlep', 'help'],
  ['/meltano Statsu', 'Statsu', 'status'],
  ['/meltano withdrawal', 'withdrawal', 'withdraw'],
  ['/meltano cancle', 'cancle', 'withdraw'],
  ['/redploy', '/redploy', 'redeploy'],
  ['/meltano pipeline', 'pipeline', 'pipelines'],
  ['/meltano verfiy facebook', 'verfiy', 'verify'],
  ['/Redeplyo', '/Redeplyo', 'redeploy'],
  ['/re-deploy prod', '/re-deploy', 'redeploy'],
  ['/redeploy!', '/redeploy!', 'redeploy'],
])('nearly: %s', (line, word, suggestion) => {
  expect(parseCommand(`Hi\n${line}\nBye`)).toEqual({ kind: 'nearly', word, suggestion });
});

test.each<[string, string | undefined, object]>([
  ['/meltano please', undefined, { code: 'unknown_command', word: 'please' }],
  ['/redeploy --fast', 'redeploy', { code: 'unknown_flag', word: '--fast' }],
  ['/redeploy --forse', 'redeploy', { code: 'unknown_flag', word: '--forse', suggestion: '--force' }],
  ['/redeploy --Branch=a', 'redeploy', { code: 'unknown_flag', word: '--Branch', suggestion: '--branch' }],
  ['/meltano logs --line 5', 'logs', { code: 'unknown_flag', word: '--line', suggestion: '--lines' }],
  ['/meltano status --force', 'status', { code: 'unknown_flag', word: '--force' }],
  ['/redeploy --force=yes', 'redeploy', { code: 'unexpected_value', word: '--force' }],
  ['/redeploy -f', 'redeploy', { code: 'unknown_flag', word: '-f' }],
  ['/redeploy --lines 5', 'redeploy', { code: 'unknown_flag', word: '--lines' }],
  ['/redeploy --__proto__=1', 'redeploy', { code: 'unknown_flag', word: '--__proto__' }],
  ['/redeploy --branch', 'redeploy', { code: 'missing_value', word: '--branch' }],
  ['/redeploy --branch=', 'redeploy', { code: 'missing_value', word: '--branch' }],
  ['/redeploy --branch --x', 'redeploy', { code: 'missing_value', word: '--branch' }],
  ['/meltano logs --lines 0', 'logs', { code: 'bad_number', word: '0', minimum: 1, maximum: MAX_LOG_LINES }],
  [
    '/meltano logs --lines -5',
    'logs',
    { code: 'bad_number', word: '-5', minimum: 1, maximum: MAX_LOG_LINES },
  ],
  [
    '/meltano logs --lines 1e2',
    'logs',
    { code: 'bad_number', word: '1e2', minimum: 1, maximum: MAX_LOG_LINES },
  ],
  ['/meltano logs --lines 1001', 'logs', { code: 'bad_number', word: '1001', minimum: 1, maximum: 1000 }],
  ['/meltano logs a b', 'logs', { code: 'too_many_arguments', word: 'b', maximum: 1 }],
  ['/meltano why a b', 'why', { code: 'too_many_arguments', word: 'b', maximum: 1 }],
  ['/meltano run', 'run', { code: 'missing_pipeline', word: '' }],
  ['/meltano run --yes', 'run', { code: 'missing_pipeline', word: '' }],
  ['/meltano run facebook --yes please', 'run', { code: 'misplaced_word', word: 'please' }],
  ['/meltano run facebook --yes=no', 'run', { code: 'unexpected_value', word: '--yes' }],
  ['/meltano run facebook --force', 'run', { code: 'unknown_flag', word: '--force' }],
  ['/meltano run facebook -y', 'run', { code: 'unknown_flag', word: '-y', suggestion: '--yes' }],
  ['/meltano run "" --yes', 'run', { code: 'empty_argument', word: '' }],
  ['/meltano run "Google Ads --yes', 'run', { code: 'unbalanced_quote', word: '"Google Ads --yes' }],
  ['/meltano verify a --workspace', 'verify', { code: 'missing_value', word: '--workspace' }],
  ['/meltano verify a --yes', 'verify', { code: 'unknown_flag', word: '--yes' }],
  ['/meltano status ""', 'status', { code: 'empty_argument', word: '' }],
  ['/redeploy "my workspace', 'redeploy', { code: 'unbalanced_quote', word: '"my workspace' }],
  ["/redeploy Bob's", 'redeploy', { code: 'unbalanced_quote', word: "'s" }],
])('invalid: %s', (line, name, problem) => {
  expect(parseCommand(line)).toEqual({ kind: 'invalid', ...(name && { command: name }), problem });
});

test('a command names a bounded number of workspaces', () => {
  const names = (count: number) => Array.from({ length: count }, (_, index) => `w${index}`);
  expect(parseCommand(`/redeploy ${names(MAX_WORKSPACES).join(' ')}`).kind).toBe('command');
  const problem = { code: 'too_many_arguments', word: `w${MAX_WORKSPACES}`, maximum: MAX_WORKSPACES };
  expect(parseCommand(`/redeploy ${names(MAX_WORKSPACES + 1).join(' ')}`)).toMatchObject({ problem });
});

test('the first command counts, the others are counted', () => {
  const body = '> /meltano help\n\n/meltano status\n/redeploy --wrong\n`/redeploy`\n/meltano logs';
  expect(parseCommand(body)).toEqual({
    kind: 'command',
    command: { name: 'status', workspaces: [] },
    ignored: 2,
  });
});

test('a command that was mistyped first counts once it is right', () => {
  expect(command(parseCommand('/redploy\n/meltano please\n/redeploy'))).toEqual(REDEPLOY);
});
