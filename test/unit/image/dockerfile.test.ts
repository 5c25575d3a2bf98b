import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { validate } from 'dockerfile-utils';
import { describe, expect, test } from 'vitest';
import { readDockerfile } from '../../../scripts/image/read-dockerfile.ts';

const PROJECT = join(import.meta.dirname, '../../..');
const TEXT = readFileSync(join(PROJECT, 'Dockerfile'), 'utf8');
const stages = readDockerfile(TEXT);
const image = stages.at(-1);

describe('the Dockerfile', () => {
  test('has nothing that a linter finds', () => {
    expect(validate(TEXT)).toEqual([]);
    // The linter is awake.
    expect(validate(`${TEXT}\nWORKDIR relative\nMAINTAINER me`)).toHaveLength(2);
  });

  test('begins each stage with the Node that the app asks for', () => {
    const { engines } = JSON.parse(readFileSync(join(PROJECT, 'package.json'), 'utf8'));
    expect(engines.node).toBe('>=24');
    const [first, ...others] = stages.map((stage) => stage.image);
    // The digest counts; the tag is for people.
    expect(first).toMatch(/^node:24\.\d+\.\d+-bookworm-slim@sha256:[0-9a-f]{64}$/);
    expect(others).toEqual([first]);
  });

  test('installs what production needs, and runs no script of a dependency', () => {
    const [install] = stages[0]?.steps.filter((step) => step.kind === 'run') ?? [];
    expect(install).toMatchObject({
      command: expect.stringMatching(/^npm ci --omit=dev --omit=optional --ignore-scripts\b/),
    });
    expect(image?.steps.filter((step) => step.kind === 'run')).toEqual([]);
  });

  test('serves as a user without rights, is reachable, and keeps its data in a volume', () => {
    expect(image).toMatchObject({
      user: 'node',
      volumes: ['/data'],
      env: { NODE_ENV: 'production', HOST: '0.0.0.0', PORT: '3000', DATA_DIR: '/data' },
      entrypoint: ['node', '--max-semi-space-size=12', 'bin/meltano-deploy.mjs'],
      command: ['start'],
    });
    expect(TEXT).toMatch(/^EXPOSE 3000$/m);
  });

  test('asks for its health with nothing but Node', () => {
    expect(image?.healthCheck.slice(0, 2)).toEqual(['node', '-e']);
    expect(image?.healthCheck[2]).toContain('/healthz');
  });
});

describe('an instruction that the check of the image could not repeat', () => {
  test.each([
    ['an unknown one', 'FROM node:24-slim\nADD https://example.com/file /file', /^ADD is an instruction/],
    [
      'a command that a shell would run',
      'FROM node:24-slim\nCMD node index.js',
      /^CMD is not in the JSON form/,
    ],
    ['one without an image', 'WORKDIR /app', /^WORKDIR comes before FROM/],
  ])('is refused: %s', (_, text, message) => {
    expect(() => readDockerfile(text)).toThrow(message);
  });
});
