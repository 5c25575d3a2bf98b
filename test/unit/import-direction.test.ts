import { globSync, readFileSync } from 'node:fs';
import { basename, dirname, join, normalize } from 'node:path';
import { expect, test } from 'vitest';

const ROOT = join(import.meta.dirname, '../..');
const SOURCE = join(ROOT, 'src');

/**
 * The rooms of src/ in the order of a push, each with the rooms that it may import from besides itself and npm packages. The
 * command line and what builds the rooms (`app.ts`, each room's `wiring.ts`) may import from everywhere.
 */
const ALLOWED: Record<string, readonly string[]> = {
  domain: [],
  intake: ['domain', 'commands'],
  planning: ['domain', 'config', 'reporting'],
  deploying: ['domain', 'planning', 'logs', 'reporting'],
  logs: ['domain'],
  reporting: ['domain', 'logs'],
  commands: ['domain', 'planning', 'logs', 'reporting'],
  recovery: ['domain', 'intake', 'planning', 'deploying', 'reporting'],
  scheduling: ['domain'],
  github: ['domain', 'reporting'],
  meltano: ['domain'],
  store: ['domain'],
  project: ['domain', 'config', 'logs', 'reporting'],
  config: ['domain'],
  web: ['domain', 'intake'],
};

/** Rooms of which only types may be imported: the ports that an adapter implements, and what is handed over to it. */
const TYPES_ONLY: Record<string, readonly string[]> = {
  reporting: ['github', 'scheduling'],
  meltano: ['config'],
  store: ['planning', 'reporting', 'commands', 'recovery', 'web'],
  github: ['recovery'],
  recovery: ['commands'],
};

/** Packages that the domain must not know: Probot, HTTP, SQL and their kin. */
const OUTSIDE = /^(?!\.{1,2}\/)/;

interface Import {
  readonly target: string;
  readonly isType: boolean;
}

function readImports(file: string, folder = SOURCE): Import[] {
  const text = readFileSync(join(folder, file), 'utf8');
  return [...text.matchAll(/^(?:import|export)( type)?[^'"]*?from '([^']+)'/gms)].flatMap(
    ([, type, target]) => (target ? [{ target, isType: type !== undefined }] : []),
  );
}

const files = globSync('**/*.ts', { cwd: SOURCE }).map((file) => file.replaceAll('\\', '/'));

function isWiring(file: string): boolean {
  return basename(file) === 'wiring.ts';
}

/** What builds the rooms. */
function isBuilder(file: string): boolean {
  return isWiring(file) || file === 'app.ts' || file === 'app-context.ts';
}

test('each room imports only from the rooms that it may know', () => {
  const rooms = files.filter((file) => !isWiring(file));
  const broken = rooms.flatMap((file) => {
    const room = file.split('/')[0] ?? '';
    const allowed = ALLOWED[room];
    if (!allowed) return [];
    const types = TYPES_ONLY[room] ?? [];
    return readImports(file)
      .filter(({ target }) => target.startsWith('.'))
      .map(({ target, isType }) => ({
        from: normalize(join(dirname(file), target)).split('/')[0] ?? '',
        isType,
      }))
      .filter(({ from }) => from !== room && from !== '..' && !allowed.includes(from))
      .filter(({ from, isType }) => !(isType && types.includes(from)))
      .map(({ from }) => `src/${file} imports from ${from}/`);
  });
  expect(broken).toEqual([]);
});

test('only app.ts calls the wiring of the rooms', () => {
  const broken = files.flatMap((file) =>
    readImports(file)
      .filter(({ target, isType }) => isWiring(target) && !(isType && isBuilder(file)))
      .filter(() => file !== 'app.ts')
      .map(({ target }) => `src/${file} imports ${target}`),
  );
  expect(broken).toEqual([]);
});

test('the context of the app is types only, and only what builds the rooms takes it', () => {
  const context = 'app-context.ts';
  expect(readImports(context).filter(({ isType }) => !isType)).toEqual([]);
  const takers = files.filter((file) => readImports(file).some(({ target }) => basename(target) === context));
  expect(takers.filter((file) => !isBuilder(file))).toEqual([]);
});

test('the app imports neither the sandbox nor the demo', () => {
  const broken = files.filter((file) =>
    readImports(file).some(({ target }) => /^(\.\.\/)+(sandbox|demo)\//.test(target)),
  );
  expect(broken).toEqual([]);
});

test('the domain imports nothing from outside', () => {
  const broken = files
    .filter((file) => file.startsWith('domain/'))
    .flatMap((file) => readImports(file).filter(({ target }) => OUTSIDE.test(target)));
  expect(broken).toEqual([]);
});

/** Files that import each other, in a circle of any length. Types count too. */
function findCircles(folder: string): string[][] {
  const names = globSync('**/*.ts', { cwd: folder }).map((file) => file.replaceAll('\\', '/'));
  const imported = new Map(
    names.map((file) => [
      file,
      readImports(file, folder).map(({ target }) => normalize(join(dirname(file), target))),
    ]),
  );
  const reach = (from: string) => {
    const seen = new Set<string>();
    const open = [...(imported.get(from) ?? [])];
    for (let file = open.pop(); file !== undefined; file = open.pop()) {
      if (seen.has(file)) continue;
      seen.add(file);
      open.push(...(imported.get(file) ?? []));
    }
    return seen;
  };
  const reached = new Map(names.map((file) => [file, reach(file)]));
  const inCircle = names.filter((file) => reached.get(file)?.has(file));
  const circleOf = (file: string) =>
    inCircle.filter((other) => reached.get(file)?.has(other) && reached.get(other)?.has(file));
  return [...new Map(inCircle.map((file) => [circleOf(file).join(), circleOf(file)])).values()];
}

test.each(['src', 'sandbox', 'demo', 'bench', 'scripts'])(
  'no files of %s import each other in a circle',
  (folder) => {
    expect(findCircles(join(ROOT, folder))).toEqual([]);
  },
);
