import { globSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { expect, test } from 'vitest';

const SOURCE = join(import.meta.dirname, '../../src');

/** Which rooms of src/ a room may import from, besides itself and npm packages. */
const ALLOWED: Record<string, readonly string[]> = {
  domain: [],
  report: ['domain'],
  store: ['domain'],
  dispatch: ['domain'],
  meltano: ['domain', 'config'],
  github: ['domain', 'report'],
  commands: ['domain', 'report'],
  reconcile: ['domain'],
  events: ['domain', 'commands'],
  web: ['domain'],
  config: ['domain'],
};

/** Packages that the domain must not know: Probot, HTTP, SQL and their kin. */
const OUTSIDE = /^(?!\.{1,2}\/)/;

function readImports(file: string): string[] {
  const text = readFileSync(join(SOURCE, file), 'utf8');
  return [...text.matchAll(/^(?:import|export)[^'"]*?from '([^']+)'/gms)].flatMap((match) => match[1] ?? []);
}

const files = globSync('**/*.ts', { cwd: SOURCE }).map((file) => file.replaceAll('\\', '/'));

test('each room imports only from the rooms that it may know', () => {
  const broken = files.flatMap((file) => {
    const room = file.split('/')[0] ?? '';
    const allowed = ALLOWED[room];
    if (!allowed) return [];
    return readImports(file)
      .filter((target) => target.startsWith('.'))
      .map((target) => normalize(join(dirname(file), target)).split('/')[0] ?? '')
      .filter((target) => target !== room && target !== '..' && !allowed.includes(target))
      .map((target) => `src/${file} imports from ${target}/`);
  });
  expect(broken).toEqual([]);
});

test('the domain imports nothing from outside', () => {
  const broken = files
    .filter((file) => file.startsWith('domain/'))
    .flatMap((file) => readImports(file).filter((target) => OUTSIDE.test(target)));
  expect(broken).toEqual([]);
});
