import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { SECTIONS as ACCOUNT_SECTIONS } from '../../../src/config/accounts-schema.ts';
import { ENVIRONMENT_NAMES } from '../../../src/config/environment.ts';
import { readRepositoryConfiguration } from '../../../src/config/repository-configuration-file.ts';
import { SECTIONS } from '../../../src/config/repository-configuration-schema.ts';
import { COMMAND_RULES } from '../../../src/domain/limit-rules.ts';

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
    // What entries of workspaces have from deploy is documented once.
    if (section === 'workspaces.wait_for') return [];
    if (section === '') return names;
    // Keys that deploy has too are documented once.
    const own = section === 'workspaces' ? ['workspace', 'environment'] : names;
    return own.map((key) => `${section.replace(/(workspaces|wait_for)/, '$1[]')}.${key}`);
  });
  const sections = [...SECTIONS.keys()].filter((section) => !/workspaces$|wait_for$/.test(section));
  expect(keys.filter((key) => !sections.includes(key) && !text.includes(`| \`${key}\``))).toEqual([]);
  expect(keys).toContain('workspaces[].environment');
});

test('docs/configuration.md names every environment variable', () => {
  const text = readDocument('docs/configuration.md');
  expect(ENVIRONMENT_NAMES.filter((name) => !text.includes(`\`${name}\``))).toEqual([]);
});

test('the documents name every key of the accounts file', () => {
  const text = readDocument('docs/configuration.md') + readDocument('docs/notifications.md');
  const rows = [...text.matchAll(/^\| (`[^|]+`) \|/gm)].flatMap(([, cell = '']) => cell.split(', '));
  // Defaults have the keys of a repository's file.
  const sections = [...ACCOUNT_SECTIONS].filter(
    ([path]) => path !== '' && !/\.(defaults|limits\..*|workspaces\.limits.*)/.test(path),
  );
  const keys = sections.flatMap(([, section]) => section.keys).filter((key) => key !== 'commands');
  const limits = Object.values(COMMAND_RULES).map(({ section, key }) => `${section}.${key}`);
  expect([...keys, ...limits].filter((key) => !rows.includes(`\`${key}\``))).toEqual([]);
  expect(keys).toEqual(expect.arrayContaining(['token', 'match', 'project']));
});
