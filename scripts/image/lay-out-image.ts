import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import type { Stage, Step } from './read-dockerfile.ts';

/** Where Docker would build: the stages are folders of their own, and stand in for file systems. */
export interface Layout {
  /** What `COPY` takes from. */
  readonly context: string;
  /** An empty folder. */
  readonly folder: string;
}

/** A stage as a folder: `root` stands for `/`. */
export interface LaidOut {
  readonly stage: Stage;
  readonly root: string;
  /** The working directory, as the image has it. */
  readonly workdir: string;
}

/** Does in folders what the steps of a Dockerfile do in an image, with the commands exactly as they stand there. */
export function layOutImage(stages: readonly Stage[], layout: Layout): LaidOut {
  const done: LaidOut[] = [];
  for (const stage of stages) {
    const root = join(layout.folder, String(done.length));
    mkdirSync(root);
    let workdir = '/';
    for (const step of stage.steps) workdir = doStep(step, { stage, root, workdir }, { layout, done });
    done.push({ stage, root, workdir });
  }
  const last = done.at(-1);
  if (!last) throw new Error('The Dockerfile has no FROM.');
  return last;
}

/** Returns the working directory after it. */
function doStep(step: Step, at: LaidOut, { layout, done }: { layout: Layout; done: LaidOut[] }): string {
  const inImage = (path: string) => resolve(at.workdir, path);
  if (step.kind === 'workdir') {
    mkdirSync(join(at.root, inImage(step.path)), { recursive: true });
    return inImage(step.path);
  }
  if (step.kind === 'run') {
    runCommand(step.command, join(at.root, at.workdir), at.stage.env);
    return at.workdir;
  }
  const other = done.find(({ stage }) => stage.name !== null && stage.name === step.from);
  if (step.from && !other) throw new Error(`There is no stage ${step.from}.`);
  for (const source of step.sources) {
    if (!other) requireInContext(source, layout.context);
    const from = other ? join(other.root, resolve(other.workdir, source)) : join(layout.context, source);
    copy(from, join(at.root, inImage(step.target)), step.target.endsWith('/'));
  }
  return at.workdir;
}

/** Of a folder its content is copied; `intoFolder`: the target is a folder, which a file keeps its name in. */
function copy(from: string, target: string, intoFolder: boolean): void {
  const isFolder = statSync(from).isDirectory();
  const to = intoFolder && !isFolder ? join(target, from.slice(dirname(from).length + 1)) : target;
  mkdirSync(dirname(to), { recursive: true });
  cpSync(from, to, { recursive: true, verbatimSymlinks: true });
}

/** The Node that runs this stands in for the image's. */
function runCommand(command: string, cwd: string, env: Record<string, string>): void {
  console.log(`$ ${command}`);
  // Set by npm for its scripts: it would have a nested npm work in the project's own folder.
  const { npm_config_local_prefix: _, NODE_ENV: __, ...outer } = process.env;
  const PATH = `${dirname(process.execPath)}:${process.env['PATH']}`;
  const { status } = spawnSync('sh', ['-c', command], {
    cwd,
    stdio: 'inherit',
    env: { ...outer, PATH, ...env },
  });
  if (status !== 0) throw new Error(`A step of the Dockerfile failed: ${command}`);
}

/** The .dockerignore leaves out everything, and lets in whole files and folders of the first level. */
function requireInContext(source: string, context: string): void {
  const lines = readFileSync(join(context, '.dockerignore'), 'utf8').split('\n');
  const patterns = lines.map((line) => line.trim()).filter((line) => line !== '' && !line.startsWith('#'));
  if (patterns[0] !== '*')
    throw new Error('.dockerignore does not begin with *: this check could not follow it.');
  if (!patterns.includes(`!${source}`)) throw new Error(`COPY ${source}: .dockerignore leaves it out.`);
}
