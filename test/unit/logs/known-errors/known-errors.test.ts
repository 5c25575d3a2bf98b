import { describe, expect, test } from 'vitest';
import { explainLog, judgeKnownErrors } from '../../../../scripts/known-error-docs/judge-known-errors.ts';
import { readCases } from '../../../../scripts/known-error-docs/read-cases.ts';
import { KNOWN_ERRORS } from '../../../../src/logs/known-errors/explain-error.ts';

const ALL = [...KNOWN_ERRORS.values()].flat();
const CASES = readCases();

describe('the figures', () => {
  test.each([
    [true, 0.98, 0.85],
    [false, 0.98, 0.9],
  ])(
    'logs that were kept apart (%s): precision %d and recall %d at least',
    async (held, precision, recall) => {
      const { explained, right, known, wrong } = await judgeKnownErrors(
        CASES.filter((one) => one.isHeldOut === held),
      );
      expect({ wrong, isPrecise: right / explained >= precision }).toMatchObject({ isPrecise: true });
      expect(right / known).toBeGreaterThanOrEqual(recall);
    },
  );

  test('at least 120 logs of 60 causes, and both halves have their share', () => {
    const causes = new Set(CASES.flatMap(({ cause }) => cause ?? []));
    expect(CASES.length).toBeGreaterThanOrEqual(120);
    expect(causes.size).toBeGreaterThanOrEqual(60);
    expect(CASES.filter(({ isHeldOut }) => isHeldOut).length).toBeGreaterThanOrEqual(100);
    const codes = new Set(ALL.map(({ code }) => code));
    expect([...causes].filter((cause) => !codes.has(cause))).toEqual([]);
  });

  test('no source twice', () => {
    expect(new Set(CASES.map(({ source }) => source)).size).toBe(CASES.length);
  });
});

test.each(CASES.filter(({ cause }) => cause === null))('nothing explains $source', async ({ lines }) => {
  expect(await explainLog(lines)).toBeNull();
});

describe('each known error', () => {
  test.each(ALL)('$code explains its own example, before any other', async ({ code, prints }) => {
    expect(await explainLog([`2026-06-10T07:13:40.123Z [error    ] ${prints}`])).toBe(code);
  });

  test('has a code of its own', () => {
    expect(new Set(ALL.map(({ code }) => code)).size).toBe(ALL.length);
  });

  test('has patterns of linear time: each repetition has a limit, and none repeats another', () => {
    const patterns = ALL.flatMap(({ code, when }) =>
      when
        .flatMap((one) => [one.says, one.near, one.unless].flatMap((it) => it?.source ?? []))
        .map((source) => {
          const bare = source.replace(/\\./g, 'x').replace(/\[[^\]]*\]/g, 'x');
          return { code, bare };
        }),
    );
    expect(patterns.filter(({ bare }) => /[*+]|\{\d+,\}/.test(bare))).toEqual([]);
    expect(patterns.filter(({ bare }) => /\{\d+,?\d*\}[^()|]*\)\{/.test(bare))).toEqual([]);
  });

  test('explains the error and the fix in sentences', () => {
    for (const { cause, advice } of ALL) {
      expect(cause).toMatch(/^(?:[A-Z`]|(?:pip|uv|dbt)\b).+\.$/);
      expect(advice).toMatch(/^[A-Z`_].+\.$/);
    }
  });
});
