import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  MOST_PROBLEMS,
  readRepositoryConfiguration,
} from '../../../src/config/repository-configuration-file.ts';

const KNOWN = {
  workspaces: [{ id: '71c0ef56-7f7e-47c1-9700-2d7e2eb5a04e', name: 'Analytics', alias: null }],
};

/** Pieces of YAML and keys of the file, so that random texts pass the parser. */
const piece = fc.constantFrom(
  ...['deploy', 'workspaces', 'workspace', 'paths', 'paths_ignore', 'log', 'commands', 'version', 'on_push'],
  ...[
    ': ',
    ':\n  ',
    '\n',
    '\n  ',
    '\n    - ',
    '- ',
    '\t',
    '\r\n',
    ' ',
    ', ',
    '# ',
    '---\n',
    '...\n',
    '%YAML 1.1\n',
  ],
  ...[
    '[',
    ']',
    '{',
    '}',
    '"',
    "'",
    '|',
    '>',
    '&a ',
    '*a',
    '!',
    '!!map ',
    '? ',
    '<<',
    '**/*.sql',
    '{a,b}',
    '(a+)+',
  ],
  ...['true', 'null', '~', '1', '.nan', '1e999', '0x1f', 'Analytics', '\0', '\uFEFF', '\uD800', '__proto__'],
);
const text = fc.oneof(
  fc.array(piece, { maxLength: 40 }).map((pieces) => pieces.join('')),
  fc.string({ unit: 'binary', maxLength: 60 }),
  fc.tuple(piece, fc.nat(20_000)).map(([one, times]) => one.repeat(times)),
);

test('any text gives a configuration, or problems with a place', () => {
  fc.assert(
    fc.property(text, (any) => {
      const result = readRepositoryConfiguration(any, KNOWN);
      if (result.ok) return;
      const lines = any.split('\n');
      expect(result.problems.length).toBeGreaterThan(0);
      expect(result.problems.length).toBeLessThanOrEqual(MOST_PROBLEMS);
      for (const { line, endLine = line, column, message } of result.problems) {
        expect(line).toBeGreaterThanOrEqual(1);
        expect(endLine).toBeGreaterThanOrEqual(line);
        expect(endLine).toBeLessThanOrEqual(lines.length);
        expect(column).toBeGreaterThanOrEqual(1);
        expect(column).toBeLessThanOrEqual((lines[line - 1]?.length ?? 0) + 1);
        expect(message.length).toBeLessThan(700);
        expect(message).not.toMatch(/[\0-\x1f\x7f]/);
      }
    }),
    { numRuns: 300 },
  );
});

test('a file with any value in any place is read, or refused with a place', () => {
  const value = fc.jsonValue({ maxDepth: 3 });
  const keys = fc.constantFrom(
    'version',
    'deploy',
    'workspaces',
    'commands',
    'comments',
    'notify',
    'github_deployments',
  );
  const inner = fc.constantFrom(
    'on_push',
    'paths',
    'skip_tokens',
    'log',
    'workspace',
    'enabled',
    'on_failure',
    'issue',
    'labels',
  );
  const section = fc.oneof(value, fc.dictionary(inner, value), fc.array(fc.dictionary(inner, value)));
  fc.assert(
    fc.property(fc.dictionary(keys, section), (file) => {
      const result = readRepositoryConfiguration(JSON.stringify(file, null, 2), KNOWN);
      expect(result.ok || result.problems.every(({ line }) => line > 0)).toBe(true);
    }),
    { numRuns: 200 },
  );
});
