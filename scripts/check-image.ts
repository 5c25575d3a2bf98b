// Runs the steps of the Dockerfile without Docker, in a temporary folder, and then what they made: as another user than
// root, from a tree that can't be written to, with nothing but the image's environment and an operator's few settings.
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import {
  chmodSync,
  chownSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { findFreePort } from '../sandbox/http/find-free-port.ts';
import { type LaidOut, layOutImage } from './image/lay-out-image.ts';
import { readDockerfile } from './image/read-dockerfile.ts';

const CONTEXT = join(import.meta.dirname, '..');
const START_MS = 30_000;
/** `nobody` of most systems; whoever isn't root runs it as themselves. */
const NOBODY = 65_534;

interface LockFile {
  packages: Record<string, { dev?: boolean; optional?: boolean; devOptional?: boolean }>;
}

/** A folder in which everything is as the image has it, but for the system around it. */
class ImageCheck {
  readonly #image: LaidOut;
  readonly #identity: { uid?: number; gid?: number };
  readonly #env: Record<string, string>;

  constructor(image: LaidOut, port: number) {
    const { stage, root } = image;
    this.#image = image;
    this.#identity = process.getuid?.() === 0 ? { uid: NOBODY, gid: NOBODY } : {};
    const inRoot = (value: string) => (stage.volumes.includes(value) ? join(root, value) : value);
    const ofImage = Object.entries(stage.env).map(([name, value]) => [name, inRoot(value)]);
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    this.#env = {
      ...Object.fromEntries(ofImage),
      PATH: join(root, 'usr/local/bin'),
      PORT: String(port),
      SWEEP_MINUTES: '0',
      APP_ID: '1',
      WEBHOOK_SECRET: 'a secret of this check',
      MELTANO_API_TOKEN: 'a token of this check',
      PRIVATE_KEY: privateKey.export({ type: 'pkcs1', format: 'pem' }).toString(),
    };
  }

  /** The base image's Node, and who may write where. */
  prepare(): void {
    const { stage, root } = this.#image;
    const bin = join(root, 'usr/local/bin');
    mkdirSync(bin, { recursive: true });
    copyFileSync(process.execPath, join(bin, 'node'));
    run('chmod', ['-R', 'a-w,a+rX', root]);
    for (const volume of stage.volumes) {
      chmodSync(join(root, volume), 0o700);
      if (this.#identity.uid) chownSync(join(root, volume), NOBODY, NOBODY);
    }
  }

  requireLean(): void {
    const { packages } = JSON.parse(readFileSync(join(CONTEXT, 'package-lock.json'), 'utf8')) as LockFile;
    const unwanted = Object.entries(packages).filter(([, one]) => one.dev || one.optional || one.devOptional);
    const found = unwanted.map(([path]) => path).filter((path) => existsSync(this.#path(path)));
    if (found.length > 0) throw new Error(`The image has what production doesn't need: ${found.join(', ')}`);
    console.log(`None of ${unwanted.length} development and optional packages is in it.`);
  }

  requireReadOnly(): void {
    const write = "require('node:fs').writeFileSync('written', '')";
    const { stderr } = this.#run(['node', '-e', write]);
    if (!/EACCES|EROFS/.test(String(stderr))) {
      throw new Error(`A write to the working directory was not refused: ${stderr}`);
    }
  }

  /** Starts it, waits until the image's own health check is content, and stops it as Docker does. */
  async requireHealthy(): Promise<void> {
    const { stage } = this.#image;
    if (this.#run(stage.healthCheck).status === 0) throw new Error('It is healthy before it was started.');
    const [command = '', ...words] = [...stage.entrypoint, ...stage.command];
    const child = spawn(this.#resolve(command), words, { ...this.#options(), stdio: 'inherit' });
    const exited = once(child, 'exit');
    try {
      await this.#waitUntilHealthy(child);
      const response = await fetch(`http://127.0.0.1:${this.#env['PORT']}/readyz`);
      if (response.status !== 200) throw new Error(`/readyz answered ${response.status}.`);
    } finally {
      child.kill('SIGTERM');
    }
    const [code] = await exited;
    if (code !== 0) throw new Error(`After SIGTERM it ended with exit code ${code}.`);
  }

  async #waitUntilHealthy(child: ChildProcess): Promise<void> {
    const until = Date.now() + START_MS;
    while (this.#run(this.#image.stage.healthCheck).status !== 0) {
      if (child.exitCode !== null) throw new Error('It ended before it was healthy.');
      if (Date.now() > until) throw new Error(`It was not healthy after ${START_MS / 1000} s.`);
      await sleep(200);
    }
  }

  #run([command = '', ...words]: string[]) {
    return spawnSync(this.#resolve(command), words, this.#options());
  }

  /** The command is looked for in this process's PATH otherwise. */
  #resolve(command: string): string {
    return join(this.#image.root, 'usr/local/bin', command);
  }

  #options() {
    return { cwd: join(this.#image.root, this.#image.workdir), env: this.#env, ...this.#identity };
  }

  #path(path: string): string {
    return join(this.#image.root, this.#image.workdir, path);
  }
}

function run(command: string, words: string[]): void {
  const { status } = spawnSync(command, words, { stdio: 'inherit' });
  if (status !== 0) throw new Error(`${command} failed.`);
}

const folder = mkdtempSync(join(tmpdir(), 'meltano-deploy-image-'));
try {
  chmodSync(folder, 0o755);
  const stages = readDockerfile(readFileSync(join(CONTEXT, 'Dockerfile'), 'utf8'));
  const image = layOutImage(stages, { context: CONTEXT, folder });
  if (image.stage.user === null || image.stage.user === 'root') throw new Error('The image runs as root.');
  const check = new ImageCheck(image, await findFreePort());
  check.requireLean();
  check.prepare();
  check.requireReadOnly();
  await check.requireHealthy();
  console.log('What the Dockerfile makes starts, is healthy, and stops.');
} finally {
  spawnSync('chmod', ['-R', 'u+w', folder]);
  rmSync(folder, { recursive: true, force: true });
}
