import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { readEnvironment } from '../../../src/config/environment.ts';

const Service = z.strictObject({
  build: z.string().optional(),
  image: z.string().optional(),
  restart: z.literal('unless-stopped'),
  user: z.string().optional(),
  depends_on: z.record(z.string(), z.strictObject({ condition: z.literal('service_healthy') })).optional(),
  env_file: z.string().optional(),
  environment: z.record(z.string(), z.string()),
  ports: z.array(z.string()).optional(),
  volumes: z.array(z.string()).optional(),
  healthcheck: z
    .strictObject({
      test: z.tuple([z.literal('CMD')], z.string()),
      interval: z.string(),
      timeout: z.string(),
      retries: z.int(),
      start_period: z.string(),
    })
    .optional(),
  stop_grace_period: z.string(),
  init: z.boolean().optional(),
  shm_size: z.string().optional(),
  read_only: z.literal(true),
  tmpfs: z.array(z.string()),
  cap_drop: z.tuple([z.literal('ALL')]),
  security_opt: z.tuple([z.literal('no-new-privileges:true')]),
  networks: z.array(z.string()),
});

/** As far as this file uses the format; a key that is not here was not thought of. */
const Compose = z.strictObject({
  name: z.string(),
  services: z.strictObject({ app: Service, database: Service }),
  volumes: z.record(z.string(), z.null()),
  networks: z.record(z.string(), z.strictObject({ internal: z.boolean() }).nullable()),
});

const TEXT = readFileSync(join(import.meta.dirname, '../../../compose.yaml'), 'utf8');
const { services, volumes, networks } = Compose.parse(parse(TEXT));
const { app, database } = services;

describe('compose.yaml', () => {
  test('refers to nothing that it does not define', () => {
    const both = [app, database];
    expect(new Set(both.flatMap((one) => one.networks))).toEqual(new Set(Object.keys(networks)));
    const mounted = both.flatMap((one) => one.volumes ?? []).map((volume) => volume.split(':')[0]);
    expect(mounted).toEqual(Object.keys(volumes));
    expect(Object.keys(app.depends_on ?? {})).toEqual(['database']);
    expect(database.healthcheck?.test[1]).toBe('pg_isready');
    expect(database.image).toMatch(/^postgres:17\.\d+@sha256:[0-9a-f]{64}$/);
  });

  test('holds no secret, and demands the password of the database', () => {
    expect(app.environment['DATABASE_URL']).toMatch(/:\$\{POSTGRES_PASSWORD:\?[^}]+\}@database:5432\//);
    expect(database.environment['POSTGRES_PASSWORD']).toMatch(/^\$\{POSTGRES_PASSWORD:\?[^}]+\}$/);
    // The operator's file has it for the database; the app has no use for it beside the URL.
    expect(app.environment['POSTGRES_PASSWORD']).toBe('');
  });

  test('lets in only the app, and only from this machine', () => {
    expect(app.ports).toEqual([`127.0.0.1:\${HOST_PORTS:-3000}:${app.environment['PORT']}`]);
    expect(database.ports).toBeUndefined();
    expect(database.networks).toEqual(['inside']);
    expect(networks['inside']).toEqual({ internal: true });
  });

  test('gives the app an environment that it starts with, beside what .env must have', () => {
    const url = app.environment['DATABASE_URL']?.replace(/\$\{[^}]+\}/, 'secret');
    const read = readEnvironment({
      APP_ID: '1',
      PRIVATE_KEY: 'none',
      WEBHOOK_SECRET: 'x',
      MELTANO_API_TOKEN: 'x',
      ...app.environment,
      DATABASE_URL: url,
    });
    const problems = read.ok || read.kind !== 'invalid' ? [] : read.problems;
    expect(problems.filter((problem) => !problem.includes('PRIVATE_KEY'))).toEqual([]);
    expect(url).toContain(`/${database.environment['POSTGRES_DB']}`);
    expect(url).toContain(`//${database.environment['POSTGRES_USER']}:`);
  });
});
