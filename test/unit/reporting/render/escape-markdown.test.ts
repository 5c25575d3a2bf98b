import fc from 'fast-check';
import { Lexer, Parser } from 'marked';
import { describe, expect, test } from 'vitest';
import { formatCode, formatLink, formatTableRow } from '../../../../src/reporting/render/escape-markdown.ts';

const hostile = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        '`',
        '``',
        '|',
        '\\',
        '\\|',
        '\n',
        '\r',
        '<img src=x>',
        '@ana',
        '#12',
        '[a](https://x.test)',
      ),
      fc.constantFrom(
        '**',
        '_',
        '~~',
        '!',
        '](',
        'https://x.test',
        'closes #1',
        '&lt;',
        '<!--',
        ' ',
        '\u202e',
      ),
      fc.string({ maxLength: 5 }),
    ),
  )
  .map((parts) => parts.join(''));

describe('formatCode', () => {
  test.each([
    ['main', '`main`'],
    ['', ''],
    [' \n\u200b ', ''],
    ['two\nlines', '`two lines`'],
    ['a `tick`', '`` a `tick` ``'],
    ['@ana closes #12 <b>', '`@ana closes #12 <b>`'],
  ])('%j is %j', (text, expected) => {
    expect(formatCode(text)).toBe(expected);
  });

  test('cuts long text', () => {
    expect(formatCode('x'.repeat(400))).toBe(`\`${'x'.repeat(299)}…\``);
  });

  test('looks at the beginning only, up to a whole character', () => {
    const hidden = '\u200b'.repeat(2_398);
    expect(formatCode(`x${hidden}y${'z'.repeat(1_000)}`)).toBe('`xy…`');
    expect(formatCode(`x${hidden}😀`)).toBe('`x…`');
    expect(formatCode(`${' '.repeat(10_000)}main${' '.repeat(10_000)}`)).toBe('`main`');
  });

  test('is one code span and nothing else, whatever is in it', () => {
    fc.assert(
      fc.property(hostile, (text) => {
        const code = formatCode(text);
        if (code === '') return;
        const types = Lexer.lexInline(`Before ${code} after`).map(({ type }) => type);
        expect(types).toEqual(['text', 'codespan', 'text']);
      }),
      { numRuns: 1000 },
    );
  });
});

describe('formatLink', () => {
  test.each([
    ['a1b2c3d', 'https://github.com/acme/data', '[`a1b2c3d`](https://github.com/acme/data)'],
    ['x](https://evil.test)', 'https://github.com/a', '[`x](https://evil.test)`](https://github.com/a)'],
    ['odd', 'https://github.com/a(b)|c d<e>', '[`odd`](https://github.com/a%28b%29%7Cc%20d%3Ce%3E)'],
    ['no address', null, '`no address`'],
    ['a script', 'javascript:alert(1)', '`a script`'],
    ['a password', 'https://user:word@host.test/', '`a password`'],
    ['nonsense', 'not an address', '`nonsense`'],
    ['', 'https://github.com', ''],
  ])('%s at %s', (text, address, expected) => {
    expect(formatLink(text, address)).toBe(expected);
  });
});

test('a pipe in a cell is shown, behind a backslash as another bar', () => {
  expect(formatTableRow(['`a|b`', '`a\\|b`'])).toBe('| `a\\|b` | `a¦b` |');
});

test('a table keeps its two columns, whatever is in a cell', () => {
  fc.assert(
    fc.property(hostile, (text) => {
      const code = formatCode(text) || '`x`';
      const row = formatTableRow(['Branch', code]);
      const [table, ...rest] = Lexer.lex(`${formatTableRow(['A', 'b'])}\n| --- | --- |\n${row}`);
      expect(rest).toEqual([]);
      expect(table).toMatchObject({
        type: 'table',
        rows: [[{ text: 'Branch' }, { tokens: [{ type: 'codespan' }] }]],
      });
      expect(Parser.parse([table ?? { type: 'space', raw: '' }])).not.toMatch(/<(?:a|img|strong|em) /);
    }),
    { numRuns: 1000 },
  );
});
