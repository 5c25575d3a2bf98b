// Packs the project, installs the tarball into an empty folder as anyone's CI would, and tries it there. The folder is
// removed afterwards.
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '..');
const folder = mkdtempSync(join(tmpdir(), 'meltano-deploy-package-'));
const installed = join(folder, 'empty');

/** A registry that doesn't answer must not hold up whoever checks a change (milliseconds). */
const INSTALL_MS = 180_000;

interface Run {
  readonly cwd: string;
  readonly env?: NodeJS.ProcessEnv;
}

function run(program: string, args: readonly string[], { cwd, env = process.env }: Run) {
  const options = { cwd, env, encoding: 'utf8', timeout: INSTALL_MS } as const;
  const { status, stdout, stderr } = spawnSync(program, [...args], options);
  return { code: status, out: stdout, error: stderr };
}

function expectThat(holds: boolean, what: string, seen: object): void {
  if (holds) {
    console.log(`✓ ${what}`);
  } else {
    console.error(`✗ ${what}:\n${JSON.stringify(seen, null, 2)}`);
    process.exitCode = 1;
  }
}

function install(): void {
  mkdirSync(installed);
  const packed = run('npm', ['pack', '--loglevel=error', '--pack-destination', folder], { cwd: ROOT });
  const tarball = readdirSync(folder).find((name) => name.endsWith('.tgz'));
  if (!tarball) throw new Error(`npm pack made no tarball:\n${packed.error}`);
  writeFileSync(join(installed, 'package.json'), '{ "private": true }\n');
  const args = ['install', '--loglevel=error', '--no-audit', '--no-fund', join(folder, tarball)];
  const { code, error } = run('npm', args, { cwd: installed });
  if (code !== 0) throw new Error(`The tarball can't be installed:\n${error}`);
}

function tryCommands(): void {
  // What npx does, without its look into the registry; nothing of the app is in the environment.
  const { PATH = '', HOME = '' } = process.env;
  const bin = join(installed, 'node_modules/meltano-deploy/bin/meltano-deploy.mjs');
  const command = (...words: string[]) =>
    run(process.execPath, [bin, ...words], { cwd: installed, env: { PATH, HOME } });
  writeFileSync(join(installed, 'good.yml'), 'deploy:\n  paths: ["pipelines/**"]\n');
  writeFileSync(join(installed, 'bad.yml'), 'deploy:\n  on_push: yes\n');
  const good = command('config', 'validate', 'good.yml');
  expectThat(good.code === 0 && good.error === '', 'config validate takes a good file', good);
  const bad = command('config', 'validate', 'bad.yml');
  const isPlaced = bad.out.startsWith('bad.yml:2:12: deploy.on_push must be true or false');
  expectThat(bad.code === 1 && isPlaced, 'config validate names the place of a mistake', bad);
  const doctor = command('doctor');
  const isClear = doctor.out.includes('✗ APP_ID is missing') && !/\n {4}at /.test(doctor.out + doctor.error);
  expectThat(doctor.code === 1 && isClear, 'doctor says what an empty environment lacks', doctor);
  const start = command('start');
  expectThat(
    start.code === 1 && start.error.includes('app.yml'),
    'start says how to register the App',
    start,
  );
  const demo = command('demo');
  expectThat(
    demo.code === 2 && demo.error.includes('Clone the project'),
    'demo says that it needs a clone of the project',
    demo,
  );
  const listed = readdirSync(join(installed, 'node_modules/meltano-deploy'), { recursive: true }).map(String);
  const strange = listed.filter(
    (name) => /^(src|test|sandbox|demo|dist\/sandbox|dist\/demo)\b/.test(name) || /(?<!\.d)\.ts$/.test(name),
  );
  expectThat(strange.length === 0, 'neither sources nor the sandbox are in the package', strange);
}

const startedAt = Date.now();
try {
  install();
  tryCommands();
} finally {
  rmSync(folder, { recursive: true, force: true });
}
console.log(`The package was tried in ${Math.round((Date.now() - startedAt) / 1_000)} s.`);
