import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { cleanLogLine } from '../../../src/logs/clean-log-line.ts';
import { createRedactor } from '../../../src/logs/redact.ts';
import { HARMLESS_LINES, makeHarmlessLines } from './harmless-lines.ts';
import { KINDS } from './secret-places.ts';

/** Reads lines as a log in batches of this many lines. */
async function redact(lines: readonly string[], batch = lines.length): Promise<string[]> {
  const log = createRedactor({ secrets: [] }).forLog();
  const redacted: string[] = [];
  for (let at = 0; at < lines.length; at += batch) {
    redacted.push(...(await log.redactLines(lines.slice(at, at + batch))).lines);
  }
  return redacted;
}

const AFTER = ['2026-03-04T10:13:00.000000Z [info     ] Extract & load complete!', 'Running 3 of 5 models'];

/** What machines make, and what people think of where the place allows it. */
const secrets = fc.oneof(
  fc.stringMatching(/^[A-Za-z][0-9][A-Za-z0-9]{8,40}$/),
  fc.stringMatching(/^[a-z]{3,6}[0-9][A-Z][A-Za-z0-9_.~!*-]{4,20}[A-Za-z0-9]$/),
);

describe('a secret never comes out', () => {
  test('of at least a hundred kinds of places', () => {
    expect(new Set(KINDS.map((kind) => kind.name)).size).toBe(KINDS.length);
    expect(KINDS.length).toBeGreaterThanOrEqual(200);
  });

  test.each(KINDS.map((kind) => [kind.name, kind] as const))('%s', async (_, kind) => {
    await fc.assert(
      fc.asyncProperty(secrets, fc.integer({ min: 1, max: 12 }), async (secret, batch) => {
        const lines = kind.write(secret).map(cleanLogLine);
        // Otherwise the place doesn't test anything. A box may cut a long value.
        expect(lines.join('\n')).toContain(secret.slice(0, 5));
        const redacted = await redact([...AFTER, ...lines, ...AFTER], batch);
        expect(redacted.join('\n')).not.toContain(secret.slice(0, 8));
        expect(redacted).toHaveLength(lines.length + 2 * AFTER.length);
        expect(redacted.slice(0, AFTER.length)).toEqual(AFTER);
        expect(redacted.slice(-AFTER.length)).toEqual(AFTER);
      }),
      { numRuns: 25 },
    );
  });
});

describe('harmless lines stay as they are', () => {
  test.each(HARMLESS_LINES.map((line) => [line]))('%s', async (line) => {
    expect(await redact([cleanLogLine(line)])).toEqual([cleanLogLine(line)]);
  });

  test('one after the other too', async () => {
    const lines = HARMLESS_LINES.map(cleanLogLine);
    expect(await redact(lines, 10)).toEqual(lines);
  });

  test('of 50,000 none is changed', async () => {
    const lines = makeHarmlessLines(50_000, 1);
    expect(new Set(lines).size).toBeGreaterThan(20_000);
    const redacted = await redact(lines, 1000);
    const changed = redacted.filter((line, index) => line !== lines[index]);
    expect(changed.slice(0, 20)).toEqual([]);
  });
});
