import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';

const ROOT = join(import.meta.dirname, '../../..');

const pages = ['.', 'docs']
  .flatMap((folder) => readdirSync(join(ROOT, folder)).map((name) => join(folder, name)))
  .filter((name) => name.endsWith('.md'));

/** Examples of what somebody writes hold links of their own. */
function readProse(file: string): string {
  return readFileSync(file, 'utf8')
    .replaceAll(/^ *```[\s\S]*?^ *```$/gm, '')
    .replaceAll(/`[^`\n]*`/g, (code) => code.replaceAll(/[[\]()]/g, ' '));
}

/** As GitHub makes them of headings. */
function listAnchors(file: string): string[] {
  const headings = [...readFileSync(file, 'utf8').matchAll(/^#{1,6} (.+)$/gm)].map(([, text = '']) => text);
  return headings.map((text) =>
    text
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
      .trim()
      .replaceAll(' ', '-'),
  );
}

function isThere(page: string, target: string): boolean {
  const [path = '', anchor] = target.split('#');
  const file = path === '' ? page : join(dirname(page), path);
  if (!existsSync(file)) return false;
  return anchor === undefined || listAnchors(file).includes(anchor);
}

describe.each(pages)('%s', (name) => {
  test('leads only to files, pictures and headings that exist', () => {
    const page = join(ROOT, name);
    const targets = [...readProse(page).matchAll(/\]\(([^()\s]+)\)/g)].map(([, target = '']) => target);
    const missing = targets.filter((target) => !/^[a-z]+:/.test(target) && !isThere(page, target));
    expect(missing).toEqual([]);
  });
});
