import { describe, expect, test } from 'vitest';
import { findInExample } from '../../../scripts/project-docs/render-project-docs.ts';
import { RULES } from '../../../src/project/rules/rules.ts';

test('the example project has no findings', async () => {
  expect(await findInExample({})).toEqual([]);
});

test('each rule has a code of its own', () => {
  expect(new Set(RULES.map(({ code }) => code)).size).toBe(RULES.length);
});

describe.each(RULES)('$code', ({ code, level, wrong, right, at }) => {
  test('finds its wrong example where it is wrong, and nothing else', async () => {
    const found = await findInExample(wrong);
    expect(found[0]).toMatchObject({ code, level });
    const places = found.filter((finding) => finding.level !== 'note' || level === 'note');
    expect(new Set(places.map((finding) => finding.code))).toEqual(new Set([code]));
    expect(places.map(({ path, line }) => `${path}:${line}`)).toContain(at);
  });

  test('finds nothing in its right example', async () => {
    expect((await findInExample(right)).filter((finding) => finding.level !== 'note')).toEqual([]);
    expect((await findInExample(right)).map((finding) => finding.code)).not.toContain(code);
  });
});
