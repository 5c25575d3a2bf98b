import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { readRepositoryConfiguration } from '../../../src/config/repository-configuration-file.ts';
import { renderConfigurationSchema } from '../../../src/config/repository-configuration-schema.ts';

interface Schema {
  readonly description?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: boolean;
  readonly items?: Schema;
  readonly anyOf?: readonly Schema[];
  readonly examples?: readonly unknown[];
}

const schema: Schema = JSON.parse(renderConfigurationSchema());

/** Every property of the schema by its path, through sections that may be empty. */
function listProperties(part: Schema, path = ''): [string, Schema][] {
  const options = [part, ...(part.anyOf ?? [])];
  return options.flatMap((option) => [
    ...Object.entries(option.properties ?? {}).flatMap(([key, value]): [string, Schema][] => [
      [`${path}${key}`, value],
      ...listProperties(value, `${path}${key}.`),
    ]),
    ...(option.items ? listProperties(option.items, path) : []),
  ]);
}

test('the file in schema/ is up to date (npm run generate)', () => {
  const file = new URL('../../../schema/meltano-deploy.schema.json', import.meta.url);
  expect(readFileSync(file, 'utf8')).toBe(renderConfigurationSchema());
});

test('every key has a description', () => {
  const properties = listProperties(schema);
  const described = (one: Schema) => [one, ...(one.anyOf ?? [])].some(({ description }) => description);
  expect(properties.filter(([, value]) => !described(value)).map(([path]) => path)).toEqual([]);
  expect(properties.map(([path]) => path)).toContain('workspaces.environment');
  expect(properties.map(([path]) => path)).toContain('deploy.skip_tokens');
});

test('no section takes unknown keys', () => {
  const sections = [['', schema] as const, ...listProperties(schema)].flatMap(([path, part]) =>
    [part, part.items, ...(part.anyOf ?? []), ...(part.anyOf ?? []).map(({ items }) => items)].flatMap(
      (one) => (one?.properties ? [{ path, strict: one.additionalProperties === false }] : []),
    ),
  );
  expect(sections).toEqual(
    [
      '',
      'deploy',
      'deploy.retry',
      'deploy.freeze',
      'checks',
      'workspaces',
      'workspaces.retry',
      'workspaces.approval',
      'workspaces.checks',
      'commands',
      'comments',
      'notify',
    ].map((path) => ({ path, strict: true })),
  );
});

test('its example is a good file', () => {
  expect(schema.examples).toHaveLength(1);
  const text = JSON.stringify(schema.examples?.[0]);
  expect(readRepositoryConfiguration(text, { workspaces: null })).toMatchObject({ ok: true });
});
