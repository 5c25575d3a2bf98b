import fc from 'fast-check';
import { Lexer } from 'marked';
import { describe, expect, test } from 'vitest';
import { fence, fenceOverhead } from '../../../../src/reporting/render/escape-markdown.ts';

const markdown = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        '```',
        '`',
        '````\n',
        '\n',
        '\r',
        '\r\n',
        '~~~',
        '  ```',
        '> ```',
        '- ',
        '<!--',
        '    ',
      ),
      fc.string({ maxLength: 6 }),
    ),
  )
  .map((parts) => parts.join(''));

describe('fence', () => {
  test.each([
    ['plain', '```\nplain\n```'],
    ['', '```\n\n```'],
    ['a `code` span', '```\na `code` span\n```'],
    ['```', '````\n```\n````'],
    ['text\n`````\n', '``````\ntext\n`````\n\n``````'],
  ])('%j', (content, expected) => {
    expect(fence(content)).toBe(expected);
  });

  test('nothing in the content ends it', () => {
    fc.assert(
      fc.property(markdown, (content) => {
        const tokens = Lexer.lex(`${fence(content)}\n\nafter`).filter((token) => token.type !== 'space');
        expect(tokens.map((token) => token.type)).toEqual(['code', 'paragraph']);
        // Markdown reads any line end as a newline; marked is unsure about empty lines at the end.
        const [code] = tokens;
        const text = code?.type === 'code' ? String(code['text']) : '';
        expect(text.replace(/\n+$/, '')).toBe(content.replace(/\r\n?/g, '\n').replace(/\n+$/, ''));
      }),
      { numRuns: 1000 },
    );
  });

  test('the overhead covers the content and any part of it', () => {
    fc.assert(
      fc.property(markdown, fc.nat(), (content, at) => {
        const part = content.slice(at % (content.length + 1));
        expect(Buffer.byteLength(fence(content)) - Buffer.byteLength(content)).toBe(fenceOverhead(content));
        expect(Buffer.byteLength(fence(part)) - Buffer.byteLength(part)).toBeLessThanOrEqual(
          fenceOverhead(content),
        );
      }),
    );
  });
});
