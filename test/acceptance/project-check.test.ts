import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';

const BIN = join(import.meta.dirname, '../../bin/meltano-deploy.mjs');
const folder = mkdtempSync(join(tmpdir(), 'project-check-'));

beforeAll(() => {
  write('shop/meltano.yml', 'version: 1\n');
  write('shop/pipelines/Google Ads.yml', 'version: pipelines/v0.1\ntimeout: 60\ndata_component: Warehouse\n');
  write('shop/pipelines/Ignoré.yml', 'broken: [');
  write('.gitignore', 'Ignoré.yml\n');
  write('good/meltano.yml', 'version: 1\n');
  execFileSync('git', ['init', '--quiet'], { cwd: folder });
});

afterAll(() => rmSync(folder, { recursive: true }));

function write(name: string, text: string): void {
  mkdirSync(join(folder, dirname(name)), { recursive: true });
  writeFileSync(join(folder, name), text);
}

/** Runs the command line with no environment of the app. */
function run(cwd: string, ...words: string[]) {
  const { PATH = '' } = process.env;
  const options = { cwd: join(folder, cwd), env: { PATH }, encoding: 'utf8' } as const;
  const { status, stdout, stderr } = spawnSync(process.execPath, [BIN, 'project', ...words], options);
  return { status, stdout, stderr };
}

test('findings have their place from here, and errors make the exit code 1', () => {
  const finding = 'error: unknown key data_component; did you mean data_components? [misspelt-key]\n';
  expect(run('.', 'check', 'shop')).toEqual({
    status: 1,
    stdout: `shop/pipelines/Google Ads.yml:3:1: ${finding}`,
    stderr: '',
  });
  expect(run('shop', 'check').stdout).toBe(`pipelines/Google Ads.yml:3:1: ${finding}`);
});

test('annotations for GitHub Actions have their place from the root of the repository', () => {
  expect(run('shop', 'check', '--format', 'github').stdout).toBe(
    '::error file=shop/pipelines/Google Ads.yml,line=3,col=1,title=misspelt-key::unknown key data_component; did you mean data_components?\n',
  );
});

test('JSON', () => {
  const { stdout } = run('.', 'check', 'shop', '--format=json');
  expect(JSON.parse(stdout)).toMatchObject({
    findings: [
      { code: 'misspelt-key', level: 'error', path: 'shop/pipelines/Google Ads.yml', line: 3, column: 1 },
    ],
    skippedRules: [],
    leftOut: [],
  });
});

test('a project without problems', () => {
  expect(run('.', 'check', 'good')).toEqual({
    status: 0,
    stdout: 'No problems in 0 pipelines and 0 plugins.\n',
    stderr: '',
  });
});

test('the plan of a step between two commits', () => {
  const git = (...words: string[]) =>
    execFileSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@example.com', ...words], { cwd: folder });
  git('add', '--all');
  git('commit', '--quiet', '--message', 'one');
  write('shop/pipelines/Google Ads.yml', 'version: pipelines/v0.1\ntimeout: 90\n');
  write('README.md', 'not in the workspace');
  git('add', '--all');
  git('commit', '--quiet', '--message', 'two');
  const expected = '- Pipeline `Google Ads` changed: time-out `60` → `90`; `data_component`\n';
  expect(run('.', 'plan', 'HEAD~1..HEAD', 'shop')).toEqual({ status: 0, stdout: expected, stderr: '' });
  expect(run('shop', 'plan', 'HEAD^..HEAD').stdout).toBe(expected);
  expect(run('shop', 'plan', 'HEAD..HEAD').stdout).toBe('Nothing changes in the workspace.\n');
  expect(run('shop', 'plan', 'HEAD..--all')).toMatchObject({
    status: 2,
    stderr: 'There is no commit --all in ..\n',
  });
  expect(run('shop', 'plan', 'HEAD...HEAD').status).toBe(2);
  write('shop/pipelines/Google Ads.yml', 'version: pipelines/v0.1\nmax_retries: 0\n');
  write('README.md', 'Meltano Cloud');
  const byCloud = ['-c', 'user.name=a@example.com', 'commit', '--quiet', '--all'];
  git(...byCloud, '--message', 'Change pipelines');
  const person = git('rev-parse', 'HEAD~1').toString().trim();
  expect(run('shop', 'plan', 'HEAD~1..HEAD').stdout.split('\n')).toEqual([
    expect.stringMatching(
      /^- ⚠ Meltano Cloud removed or changed `timeout` in `shop\/pipelines\/Google Ads\.yml` /,
    ),
    '- Pipeline `Google Ads` changed: time-out `90` → none; retries `0`',
    '',
  ]);
  expect(run('shop', 'plan', 'HEAD~1..HEAD').stdout).toContain(
    `git checkout ${person} -- 'shop/pipelines/Google Ads.yml'`,
  );
});

test('invalid arguments end with exit code 2', () => {
  expect(run('.', 'check', 'nowhere')).toMatchObject({ status: 2, stderr: 'nowhere is not a directory.\n' });
  for (const words of [
    [],
    ['chek'],
    ['check', 'a', 'b'],
    ['check', '--format', 'xml'],
    ['check', '--what'],
  ]) {
    const { status, stderr } = run('.', ...words);
    expect({ words, status, usage: stderr.split('\n')[0] }).toMatchObject({
      words,
      status: 2,
      usage: expect.stringContaining('Usage: meltano-deploy project'),
    });
  }
});
