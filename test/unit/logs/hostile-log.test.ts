import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { Lexer } from 'marked';
import { describe, expect, test } from 'vitest';
import type { LogExcerpt } from '../../../src/domain/log-excerpt.ts';
import {
  createLogExcerptBuilder,
  LOG_MEMORY_BYTES,
  type LogExcerptBuilder,
} from '../../../src/logs/log-excerpt-builder.ts';
import { createRedactor } from '../../../src/logs/redact.ts';
import { LineSplitter } from '../../../src/meltano/line-splitter.ts';
import { renderCheckRun } from '../../../src/reporting/render/render-check-run.ts';
import { splitResult } from '../../../src/reporting/render/render-result.ts';
import { makeRun, makeView } from '../reporting/render/make-check-run-view.ts';

const MAX_BYTES = 65_535;
const failed = makeRun(38, { conclusion: 'failure', reason: 'job_error', directory: null });
const build = () => createLogExcerptBuilder(createRedactor({ secrets: [] }));

/** What a job wrote, through the whole way that it takes. */
async function read(chunks: Iterable<string>): Promise<LogExcerpt> {
  const splitter = new LineSplitter();
  const builder = build();
  for (const chunk of chunks) {
    for (const { lines, cut } of splitter.push(Buffer.from(chunk))) await builder.add(lines, cut);
  }
  const rest = splitter.rest();
  if (rest !== null) await builder.add(rest.lines, rest.cut);
  return builder.excerpt(true);
}

/** The check run of a job that failed with this log; the limits are GitHub's. */
async function show(...lines: string[]) {
  const { output } = renderCheckRun(makeView(failed, { log: await read([lines.join('\n')]) }));
  const text = output.text ?? '';
  for (const part of [output.summary, text]) {
    expect(Buffer.byteLength(part)).toBeLessThanOrEqual(MAX_BYTES);
    expect(part.isWellFormed()).toBe(true);
  }
  return { ...output, text };
}

/** The text's blocks: only code, and sentences of our own. */
function readBlocks(text: string): string[] {
  const tokens = Lexer.lex(text).filter((token) => token.type !== 'space');
  return tokens.map((token) => (token.type === 'code' ? 'code' : token.raw.trim()));
}

const TAIL = 899_999;

describe('1,000,000 lines', () => {
  test('keep their end and the first error, 900,000 lines before it', async () => {
    function* write() {
      for (let line = 1; line <= 1_000_000; line += 1000) {
        const numbers = Array.from({ length: 1000 }, (_, index) => `line ${line + index}\n`);
        if (line === 100_001) numbers[0] = 'Error: models/a.sql:7: the first is unexpected\n';
        if (line === 500_001) numbers[0] = 'Error: a later one\n';
        yield numbers.join('');
      }
    }
    const log = await read(write());
    expect(log.totalLines).toBe(1_000_000);
    expect(log.firstError).toMatchObject({ line: 1_000_000 - TAIL, contextBefore: 5 });
    expect(log.tail.at(-1)).toBe('line 1000000');
    const { title, text = '', annotations } = renderCheckRun(makeView(failed, { log })).output;
    expect(title).toContain('the first is unexpected');
    expect(annotations).toMatchObject([{ path: 'models/a.sql', start_line: 7 }]);
    expect(text).toContain('Error in line 100,001 of 1,000,000:');
    expect(text).toContain('line 1000000\n');
    expect(Buffer.byteLength(text)).toBeLessThanOrEqual(MAX_BYTES);
  });
});

describe('the memory of a deployment’s log', () => {
  setFlagsFromString('--expose-gc');
  const collectGarbage: () => void = runInNewContext('gc');
  const measure = () => {
    for (let round = 0; round < 3; round++) collectGarbage();
    const { heapUsed, external } = process.memoryUsage();
    return heapUsed + external;
  };

  /** The bytes that the log of a deployment takes while it is read for the second time. */
  async function measureLog(write: (builder: LogExcerptBuilder) => Promise<void>): Promise<number> {
    await write(build());
    const before = measure();
    const builders = [build(), build()];
    for (const builder of builders) await write(builder);
    const taken = measure() - before;
    // Still held here: nothing of them was collected.
    expect(builders.every((builder) => builder.excerpt(false).totalLines >= 1000)).toBe(true);
    return taken;
  }

  test.each<[string, (line: number) => string]>([
    ['short lines of two-byte characters', (line) => String.fromCharCode(0x100 + (line % 512))],
    [
      'errors in files that are not known yet',
      (line) => `/p/${'a'.repeat(240)}.sql:${line}: error: broken ${'ü'.repeat(1000)}`,
    ],
    ['errors in files', (line) => `a/${'a'.repeat(240)}.sql:${line}: error: broken ${'ü'.repeat(1000)}`],
    ['long lines', (line) => `${line} ${'€'.repeat(1900)}`],
  ])('keeps to its budget with %s', async (_, write) => {
    const lines = write(1).length > 100 ? 3_000 : 100_000;
    const taken = await measureLog(async (builder) => {
      for (let from = 0; from < lines; from += 500) {
        await builder.add(Array.from({ length: 500 }, (_, index) => write(from + index)));
      }
    });
    expect(taken).toBeLessThan(LOG_MEMORY_BYTES);
  });
});

describe('a line of 10 MB', () => {
  test.each([
    ['of text', 'x', 10 * 1024 * 1024],
    ['of two-byte characters', 'ü', 10 * 1024 * 1024],
    ['of backticks', '`', 10 * 1024 * 1024],
  ])('%s says how much of it is missing', async (_, character, length) => {
    const { tail, totalLines } = await read(['first\n', character.repeat(length), '\nlast\n']);
    expect(totalLines).toBe(3);
    const [, shown = '', left] = /^(.+) … \(\+(\d+) characters\)$/.exec(tail[1] ?? '') ?? [];
    expect(shown.length + Number(left)).toBe(length);
    expect(tail[2]).toBe('last');
    const { text } = await show('first', character.repeat(length), 'last');
    // The log, and the result for programs.
    expect(readBlocks(text)).toEqual(['code', 'code']);
  });
});

describe('any bytes', () => {
  test('fences of every length stay inside the block', async () => {
    for (let length = 1; length <= 40; length++) {
      for (const mark of ['`', '~']) {
        const ticks = mark.repeat(length);
        const { text } = await show('before', ticks, `${ticks}js`, `<script>x</script> ${ticks}`, '@ana # h');
        // The log, and the result for programs.
        expect(readBlocks(text)).toEqual(['code', 'code']);
      }
    }
  });

  test.each([
    ['lone surrogates', 'a\ud83db\udc00c', 'a\ufffdb\ufffdc'],
    ['NUL', 'a\0b', 'ab'],
    ['an OSC link', '\u001b]8;;https://evil.example\u0007a link\u001b]8;;\u0007', 'a link'],
    ['an OSC link with ST', '\u001b]8;;https://evil.example\u001b\\a link\u001b]8;;\u001b\\', 'a link'],
    ['an OSC without an end', 'text \u001b]8;;https://evil.example', 'text'],
    ['colours', '\u001b[1;31mred\u001b[0m', 'red'],
    ['carriage returns', ' 10%\r 50%\r100%', '100%'],
    ['bidirectional controls', 'a\u202eb\u202cc\u2066d\u2069e\u200ff\u061cg', 'abcdefg'],
    ['invisible characters', 'a\u200bb\u2060c\ufeffd\u00ade', 'abcde'],
    ['line separators', 'a\u2028b\u2029c\u0085d', 'abcd'],
  ])('%s: in the log, the title, the summary and the annotations', async (_, raw, clean) => {
    const log = createLogExcerptBuilder(createRedactor({ secrets: [] }));
    await log.add([`a.sql:3: error: broken ${raw}`]);
    const view = makeView(failed, { log: log.excerpt(true) });
    const { title, summary, text, annotations } = renderCheckRun(view).output;
    if (raw.includes('\r')) return expect(text).toContain(clean);
    expect(title).toContain(`broken ${clean}`);
    expect(summary.split('\n')[0]).toBe(`**\`a.sql\`, line 3:** \`broken ${clean}\``);
    const { before, json } = splitResult(text ?? '') ?? { before: '', json: '{}' };
    expect(before).toBe(`\`\`\`\na.sql:3: error: broken ${clean}\n\`\`\``);
    expect(JSON.parse(json)).toMatchObject({ error: { message: `broken ${clean}` } });
    expect(annotations).toMatchObject([{ path: 'a.sql', message: `broken ${clean}` }]);
  });

  test('bytes that are no UTF-8', async () => {
    const builder = build();
    for (const { lines } of new LineSplitter().push(Uint8Array.of(0x61, 0xff, 0xc0, 0x62, 0x0a))) {
      await builder.add(lines);
    }
    expect(builder.excerpt(true).tail).toEqual(['a\ufffd\ufffdb']);
  });
});
