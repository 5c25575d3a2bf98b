import { existsSync, globSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, expect, test } from 'vitest';

const ROOT = join(import.meta.dirname, '../../..');
const FOLDERS = ['bench', 'bin', 'demo', 'docs', 'sandbox', 'schema', 'scripts', 'src', 'test'];

/** Made by `npm run bench`, and no part of the repository. */
const MADE = ['bench/results/'];

const pages = ['README.md', 'CONTRIBUTING.md', 'SECURITY.md', ...globSync('docs/*.md', { cwd: ROOT })];
const names = new Set(
  FOLDERS.flatMap((folder) => globSync(`${folder}/**/*.ts`, { cwd: ROOT })).map((file) => basename(file)),
);

/** In backquotes: `src/app.ts`, `src/store/`, or `app.ts` beside the path of another file. */
const NAMED = new RegExp(`\`((?:${FOLDERS.join('|')})/[\\w./-]*|[\\w-]+(?:\\.test)?\\.ts)\``, 'g');

describe.each(pages)('%s', (page) => {
  test('names only files and folders that exist', () => {
    const named = [...readFileSync(join(ROOT, page), 'utf8').matchAll(NAMED)].map(([, name = '']) => name);
    const missing = named.filter(
      (name) =>
        !MADE.includes(name) && !(name.includes('/') ? existsSync(join(ROOT, name)) : names.has(name)),
    );
    expect(missing).toEqual([]);
  });
});
