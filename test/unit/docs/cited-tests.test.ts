import { globSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';

const ROOT = join(import.meta.dirname, '../../..');

const pages = ['SECURITY.md', ...readdirSync(join(ROOT, 'docs')).map((name) => `docs/${name}`)].filter(
  (name) => name.endsWith('.md'),
);
const files = globSync('test/**/*.ts', { cwd: ROOT }).map((file) => file.replaceAll('\\', '/'));

/** A test file in backquotes, by its path or its name, and behind it perhaps parts of its tests' titles. */
const CITATION = /`([\w./-]+\.(?:test|contract)\.ts)`((?:,? "[^"]+")*)/g;

function isRight(name: string, titles: string[]): boolean {
  const named = files.filter((file) => file === name || file.endsWith(`/${name}`));
  const sources = named.map((file) => readFileSync(join(ROOT, file), 'utf8'));
  return sources.some((source) => titles.every((title) => source.includes(title)));
}

describe.each(pages)('%s', (page) => {
  const text = readFileSync(join(ROOT, page), 'utf8');

  test('names only tests that exist', () => {
    const wrong = [...text.matchAll(CITATION)].filter(
      ([, name = '', titles = '']) =>
        !isRight(
          name,
          [...titles.matchAll(/"([^"]+)"/g)].map(([, title = '']) => title),
        ),
    );
    expect(wrong.map(([citation]) => citation)).toEqual([]);
  });
});
