import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';

const ROOT = join(import.meta.dirname, '../../..');

const pages = ['SECURITY.md', ...readdirSync(join(ROOT, 'docs')).map((name) => `docs/${name}`)].filter(
  (name) => name.endsWith('.md'),
);

/** A test file in backquotes, and behind it perhaps the title of one of its tests. */
const CITATION = /`(test\/[\w./-]+\.test\.ts)`(?: "([^"]+)")?/g;

describe.each(pages)('%s', (name) => {
  const page = readFileSync(join(ROOT, name), 'utf8');
  const cited = [...page.matchAll(CITATION)].map(([, file = '', title]) => ({ file, title: title ?? '' }));

  test('names only tests that exist', () => {
    const missing = cited.filter(({ file, title }) => {
      const source = readFileSync(join(ROOT, file), { encoding: 'utf8' });
      return !source.includes(title);
    });
    expect(missing).toEqual([]);
  });
});
