import { stripVTControlCharacters } from 'node:util';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { capLogLine, cleanInlineText, cleanLogLine } from '../../../src/logs/clean-log-line.ts';

const ESC = '\u001b';
/** Text with every kind of removed characters. */
const nasty = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        ESC,
        `${ESC}[`,
        `${ESC}]8;;`,
        `${ESC}P`,
        '\u0007',
        '\u009b',
        '\u009d',
        '\u009c',
        '\r',
        '\n',
      ),
      fc.constantFrom(
        '\u202e',
        '\u200b',
        '\u200c',
        '\u200d',
        '\u0645',
        '👩',
        '\ufeff',
        '\u0000',
        '\ud83d',
        '\udc00',
        '\udb40',
        '31m',
        ';',
        '\\',
        ' ',
      ),
      fc.string({ unit: 'binary', maxLength: 5 }),
    ),
  )
  .map((parts) => parts.join(''));

describe('cleanLogLine', () => {
  test.each([
    ['plain text, \ttabs and ünïcödé 🎉', 'plain text, \ttabs and ünïcödé 🎉'],
    [
      `${ESC}[2m2026-06-10${ESC}[0m [${ESC}[32m${ESC}[1minfo     ${ESC}[0m] done`,
      '2026-06-10 [info     ] done',
    ],
    [`${ESC}[38;2;255;0;0mred${ESC}[m`, 'red'],
    [`\u009b31mC1 red\u009b0m`, 'C1 red'],
    [`${ESC}]8;;https://example.test/a(b),c!d\u0007link${ESC}]8;;\u0007 end`, 'link end'],
    [`${ESC}]8;;https://example.test${ESC}\\link${ESC}]8;;${ESC}\\`, 'link'],
    [`before ${ESC}]0;an unterminated title`, 'before'],
    [`before ${ESC}]0;title${ESC}[1mafter`, 'before after'],
    [`a${ESC}Pdevice control${ESC}\\b\u0090again\u009cc`, 'abc'],
    [`a${ESC}_application${ESC}\\b${ESC}^private${ESC}\\c${ESC}Xstring${ESC}\\d`, 'abcd'],
    [`${ESC}(Bcharset${ESC}7${ESC}8${ESC}`, 'charset'],
    [`${ESC}${ESC}[31m[31m`, '[31m'],
    ['10%\r 50%\r100%', '100%'],
    ['10%\r100%\r\r', '100%'],
    [`working\r${ESC}[K`, 'working'],
    ['\r\r', ''],
    ['nul\u0000l\u0008 bell\u0007 del\u007f nel\u0085', 'null bell del nel'],
    [
      'admin\u202egnp.exe\u2066 \u200bzero\u200dwidth\ufeff soft\u00adhyphen',
      'admingnp.exe zerowidth softhyphen',
    ],
    ['hidden\u{e0041}\u{e007f} tags', 'hidden tags'],
    ['👨‍👩‍👧‍👦 👩🏽‍🚀 🏳️‍🌈 🏴‍☠️ ❤️‍🔥', '👨‍👩‍👧‍👦 👩🏽‍🚀 🏳️‍🌈 🏴‍☠️ ❤️‍🔥'],
    [
      '🏴\u{e0067}\u{e0062}\u{e0073}\u{e0063}\u{e0074}\u{e007f}!',
      '🏴\u{e0067}\u{e0062}\u{e0073}\u{e0063}\u{e0074}\u{e007f}!',
    ],
    ['🏴\u{e0061}\u{e0062}\u{e0063}', '🏴'],
    ['می\u200cخواهم क्\u200dष ශ්\u200dරී', 'می\u200cخواهم क्\u200dष ශ්\u200dරී'],
    ['\u200dم\u200d\u200cم\u200d 👩\u200d x\u200cم', 'مم 👩 xم'],
    ['👩\u200b\u200d🚀', '👩\u200d🚀'],
    ['lone \ud83d surrogate \udc00', 'lone \ufffd surrogate \ufffd'],
    ['blanks at the end  \t ', 'blanks at the end'],
    ['a line\nin a line\u2028and more', 'a linein a lineand more'],
  ])('%j becomes %j', (raw, expected) => {
    expect(cleanLogLine(raw)).toBe(expected);
  });

  test('takes out whatever Node takes out of well-formed sequences', () => {
    const codes = fc
      .array(fc.integer({ min: 0, max: 107 }), { maxLength: 4 })
      .map((list) => `${ESC}[${list.join(';')}m`);
    const words = fc.stringMatching(/^[a-z ]{0,8}$/);
    fc.assert(
      fc.property(fc.array(fc.tuple(codes, words)), (parts) => {
        const raw = parts.flat().join('');
        expect(cleanLogLine(raw)).toBe(stripVTControlCharacters(raw).trimEnd());
      }),
    );
  });

  test('leaves nothing that acts, and cleaning twice changes nothing', () => {
    fc.assert(
      fc.property(nasty, (raw) => {
        const clean = cleanLogLine(raw);
        expect(clean).not.toMatch(
          /[\x00-\x08\x0a-\x1f\x7f-\x9f\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff]/,
        );
        expect(clean).not.toMatch(/(?:^|[\x00-\x7f])[\u200c\u200d]|[\u200c\u200d](?:$|[\x00-\x7f])/);
        expect(clean.isWellFormed()).toBe(true);
        expect(cleanLogLine(clean)).toBe(clean);
      }),
      { numRuns: 2000 },
    );
  });
});

describe('capLogLine', () => {
  test('says how much it left out, and what was left out before', () => {
    expect(capLogLine('x'.repeat(2000))).toBe('x'.repeat(2000));
    expect(capLogLine('x'.repeat(2001), 40)).toBe(`${'x'.repeat(19)} … (+1982 characters)`);
    expect(capLogLine('x'.repeat(50), 40, 1000)).toMatch(/^x{19} … \(\+1031 characters\)$/);
    expect(capLogLine('short', 40, 7)).toBe('short … (+7 characters)');
  });

  test('keeps to the limit, characters whole, and changes nothing the second time', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary', maxLength: 200 }),
        fc.integer({ min: 30, max: 120 }),
        (line, limit) => {
          const capped = capLogLine(line, limit);
          expect(capped.length).toBeLessThanOrEqual(limit);
          expect(capped.isWellFormed()).toBe(true);
          expect(capLogLine(capped, limit)).toBe(capped);
        },
      ),
    );
  });
});

test('cleanInlineText makes one line', () => {
  expect(cleanInlineText(' two\r\nlines\tand\u2028more ')).toBe('two lines and more');
});
