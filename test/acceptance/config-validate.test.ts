import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, expect, test } from 'vitest';

const BIN = join(import.meta.dirname, '../../bin/meltano-deploy.mjs');
const folder = mkdtempSync(join(tmpdir(), 'config-validate-'));

afterAll(() => rmSync(folder, { recursive: true }));

/** Runs the command line where the files are, with no environment of the app. */
async function run(words: readonly string[], input: string | Buffer = '') {
  const { PATH = '' } = process.env;
  const child = spawn(process.execPath, [BIN, ...words], { cwd: folder, env: { PATH } });
  child.stdin.end(input);
  const [out, error, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'close'),
  ]);
  return { code, out, error };
}

function write(name: string, content: string | Buffer): string {
  writeFileSync(join(folder, name), content);
  return name;
}

test('a good file: exit code 0', async () => {
  const file = write(
    'good.yml',
    'deploy:\n  paths: ["pipelines/**"]\nworkspaces:\n  - workspace: Analytics\n',
  );
  expect(await run(['config', 'validate', file])).toEqual({
    code: 0,
    out: "good.yml: no problems. The names of workspaces can't be checked offline.\n",
    error: '',
  });
});

test('a bad file: every problem with its place, exit code 1', async () => {
  const file = write('bad.yml', '\uFEFFdeploy:\r\n  on_push: yes\r\n  path_ignore: []\r\n');
  expect(await run(['config', 'validate', file])).toEqual({
    code: 1,
    out:
      'bad.yml:2:12: deploy.on_push must be true or false, not the text "yes": write true.\n' +
      'bad.yml:3:3: deploy.path_ignore is not a known key. Did you mean "paths_ignore"?\n',
    error: '',
  });
});

test('the standard input, in an encoding that is not UTF-8', async () => {
  const { code, out } = await run(['config', 'validate', '-'], Buffer.from('\uFEFFversion: 1\n', 'utf16le'));
  expect([code, out]).toEqual([
    1,
    '<stdin>:1:1: This character is not UTF-8 text: save the file as UTF-8.\n',
  ]);
});

test('an empty standard input sets nothing', async () => {
  expect(await run(['config', 'validate', '-'])).toMatchObject({ code: 0 });
});

test('a file that is not there: exit code 2', async () => {
  const { code, out, error } = await run(['config', 'validate', 'none.yml']);
  expect([code, out]).toEqual([2, '']);
  expect(error).toMatch(/^none\.yml can't be read: ENOENT/);
});

test.each([[[]], [['validate']], [['validate', 'a', 'b']], [['check', 'a']]])(
  'config %o is told how it is used, with exit code 2',
  async (words) => {
    const { code, out, error } = await run(['config', ...words]);
    expect([code, out]).toEqual([2, '']);
    expect(error).toContain('Usage: meltano-deploy config validate <file>');
  },
);
