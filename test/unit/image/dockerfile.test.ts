import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { validate } from 'dockerfile-utils';
import { describe, expect, test } from 'vitest';

const PROJECT = join(import.meta.dirname, '../../..');
const TEXT = readFileSync(join(PROJECT, 'Dockerfile'), 'utf8');
/** The instructions of the build stage and of the image, one a line, without comments. */
const [build = '', image = ''] = TEXT.replaceAll(/^#.*\n/gm, '')
  .replaceAll(/\\\n\s*/g, '')
  .split(/^(?=FROM )/m)
  .filter((stage) => stage.startsWith('FROM '));

describe('the Dockerfile', () => {
  test('has nothing that a linter finds', () => {
    expect(validate(TEXT)).toEqual([]);
    // The linter is awake.
    expect(validate(`${TEXT}\nWORKDIR relative\nMAINTAINER me`)).toHaveLength(2);
  });

  test('begins each stage with the Node that the app asks for', () => {
    const { engines } = JSON.parse(readFileSync(join(PROJECT, 'package.json'), 'utf8'));
    expect(engines.node).toBe('>=24');
    const [first, ...others] = [...TEXT.matchAll(/^FROM (\S+)/gm)].map(([, name]) => name);
    // The digest counts; the tag is for people.
    expect(first).toMatch(/^node:24\.\d+\.\d+-bookworm-slim@sha256:[0-9a-f]{64}$/);
    expect(others).toEqual([first]);
  });

  test('installs what production needs, and runs no script of a dependency', () => {
    expect(build).toMatch(/^RUN npm ci --omit=dev --omit=optional --ignore-scripts\b/m);
    expect(image).not.toMatch(/^RUN /m);
  });

  test('copies exactly the files that .dockerignore lets through', () => {
    const lines = readFileSync(join(PROJECT, '.dockerignore'), 'utf8').split('\n');
    const [all, ...patterns] = lines.filter((line) => line !== '' && !line.startsWith('#'));
    expect(all).toBe('*');
    const sources = [...TEXT.matchAll(/^COPY (?!--from)(.+) \S+$/gm)].flatMap(([, names = '']) =>
      names.split(' '),
    );
    expect([...new Set(sources)].map((name) => `!${name}`).sort()).toEqual(patterns.sort());
  });

  test('serves as a user without rights, is reachable, and keeps its data in a volume', () => {
    const instructions = image.split('\n');
    expect(instructions).toEqual(
      expect.arrayContaining([
        'USER node',
        'VOLUME ["/data"]',
        'EXPOSE 3000',
        'ENTRYPOINT ["bin/serve"]',
        'CMD ["start"]',
      ]),
    );
    const variables = /^ENV (.+)$/m.exec(image)?.[1]?.split(' ');
    expect(variables).toEqual(
      expect.arrayContaining(['NODE_ENV=production', 'HOST=0.0.0.0', 'PORT=3000', 'DATA_DIR=/data']),
    );
  });

  test('asks for its health with nothing but Node', () => {
    expect(image).toMatch(/^HEALTHCHECK .*CMD \["node", "-e", ".*\/healthz/m);
  });
});
