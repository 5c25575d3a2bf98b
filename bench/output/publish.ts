import { copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '../..');
const PAGE = 'docs/performance.md';
const PICTURE = 'report-lag.svg';

/**
 * Puts the last results of the named benchmarks into docs/performance.md, but none of quick runs. Returns null, or a
 * sentence that says why nothing was changed.
 */
export function publish(results: string, names: readonly string[]): string | null {
  let page = readFileSync(join(ROOT, PAGE), 'utf8');
  for (const name of names) {
    const record = join(results, `${name}.json`);
    if (!existsSync(record)) return `There is no result of ${name} yet: npm run bench -- ${name}`;
    const { quick } = JSON.parse(readFileSync(record, 'utf8')) as { quick: boolean };
    if (quick) return `The last run of ${name} was a quick one: npm run bench -- ${name}`;
    page = replaceSection(page, name, readFileSync(join(results, `${name}.md`), 'utf8').trim());
  }
  const picture = join(results, PICTURE);
  if (names.includes('report-lag') && existsSync(picture)) {
    mkdirSync(join(ROOT, 'docs/images'), { recursive: true });
    copyFileSync(picture, join(ROOT, 'docs/images', PICTURE));
  }
  writeFileSync(join(ROOT, PAGE), page);
  return null;
}

function replaceSection(page: string, name: string, tables: string): string {
  const begin = `<!-- begin ${name} -->\n`;
  const end = `\n<!-- end ${name} -->`;
  const from = page.indexOf(begin);
  const to = page.indexOf(end);
  if (from < 0 || to < from) throw new Error(`${PAGE} has lost its section ${name}`);
  return `${page.slice(0, from)}${begin}\n${tables.replace(/^###/gm, '##')}\n${page.slice(to)}`;
}
