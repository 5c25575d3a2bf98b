import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readRepositoryConfiguration } from '../../../src/config/repository-configuration-file.ts';
import { SECTIONS } from '../../../src/config/repository-configuration-schema.ts';

function readDocument(name: string): string {
  return readFileSync(join(import.meta.dirname, '../../..', name), 'utf8');
}

test.each(['docs/repository.md', 'docs/configuration.md'])('the example in %s is a good file', (name) => {
  const examples = [...readDocument(name).matchAll(/^```yaml\n(# yaml-language-server[\s\S]+?)^```/gm)];
  expect(examples).toHaveLength(1);
  const result = readRepositoryConfiguration(examples[0]?.[1] ?? '', { workspaces: null });
  expect(result).toMatchObject({ ok: true });
});

test('docs/configuration.md names every key', () => {
  const text = readDocument('docs/configuration.md');
  const keys = [...SECTIONS].flatMap(([section, { keys: names }]) => {
    if (section === '') return names;
    // What deploy has too stands there once, for both.
    const own = section === 'workspaces' ? ['workspace', 'environment'] : names;
    return own.map((key) => `${section}${section === 'workspaces' ? '[]' : ''}.${key}`);
  });
  const sections = [...SECTIONS.keys()].filter((section) => section !== 'workspaces');
  expect(keys.filter((key) => !sections.includes(key) && !text.includes(`| \`${key}\``))).toEqual([]);
  expect(keys).toContain('workspaces[].environment');
});
