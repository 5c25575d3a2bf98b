import { copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '../..');
const BEGIN = '<!-- benchmarks: npm run bench -- --publish -->';
const END = '<!-- end of benchmarks -->';
const PICTURE = 'report-lag.svg';

/**
 * Puts the last results of the named benchmarks into the README, and the picture beside it. Quick ones are no results.
 * Null when that is done; else what keeps it from it, in words, and nothing was changed.
 */
export function publish(results: string, names: readonly string[]): string | null {
  const tables: string[] = [];
  for (const name of names) {
    const record = join(results, `${name}.json`);
    if (!existsSync(record)) return `There is no result of ${name} yet: npm run bench -- ${name}`;
    const { quick } = JSON.parse(readFileSync(record, 'utf8')) as { quick: boolean };
    if (quick) return `The last run of ${name} was a quick one: npm run bench -- ${name}`;
    tables.push(readFileSync(join(results, `${name}.md`), 'utf8').trim());
  }
  const picture = join(results, PICTURE);
  if (existsSync(picture)) {
    mkdirSync(join(ROOT, 'docs/images'), { recursive: true });
    copyFileSync(picture, join(ROOT, 'docs/images', PICTURE));
    tables.push(`![Lag and requests beside two plain polling loops](docs/images/${PICTURE})`);
  }
  const path = join(ROOT, 'README.md');
  const readme = readFileSync(path, 'utf8');
  const [before, rest] = readme.split(BEGIN);
  const after = rest?.split(END)[1];
  if (before === undefined || after === undefined) throw new Error(`README.md has lost the line ${BEGIN}`);
  writeFileSync(path, `${before}${BEGIN}\n\n${tables.join('\n\n')}\n\n${END}${after}`);
  return null;
}
