import { globSync, readFileSync } from 'node:fs';
import { basename, dirname, join, normalize } from 'node:path';
import { expect, test } from 'vitest';
import { ALLOWED, TYPES_ONLY } from '../../scripts/room-docs/rooms.ts';

const ROOT = join(import.meta.dirname, '../..');
const SOURCE = join(ROOT, 'src');

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

interface RoomImport {
  readonly file: string;
  readonly room: string;
  readonly from: string;
  readonly isType: boolean;
}

/** What each room imports from the others. */
const roomImports: RoomImport[] = files
  .filter((file) => !isWiring(file))
  .flatMap((file) => {
    const room = file.split('/')[0] ?? '';
    return readImports(file)
      .filter(({ target }) => target.startsWith('.'))
      .map(({ target, isType }) => {
        const from = normalize(join(dirname(file), target)).split('/')[0] ?? '';
        return { file, room, from, isType };
      })
      .filter(({ from }) => from !== room && from !== '..');
  });

test('each room imports only from the rooms that it may know', () => {
  const broken = roomImports
    .filter(({ room, from }) => ALLOWED[room] && !ALLOWED[room].includes(from))
    .filter(({ room, from, isType }) => !(isType && TYPES_ONLY[room]?.includes(from)))
    .map(({ file, from }) => `src/${file} imports from ${from}/`);
  expect(broken).toEqual([]);
});

test('a room may know only the rooms that it imports from', () => {
  const isUsed = (room: string, other: string, typesOnly: boolean) =>
    roomImports.some((one) => one.room === room && one.from === other && one.isType === typesOnly);
  const listUnused = (table: typeof ALLOWED, typesOnly: boolean) =>
    Object.entries(table).flatMap(([room, others]) =>
      others.filter((other) => !isUsed(room, other, typesOnly)).map((other) => `${room} -> ${other}`),
    );
  expect([...listUnused(ALLOWED, false), ...listUnused(TYPES_ONLY, true)]).toEqual([]);
});

test('every folder of src is a room', () => {
  const folders = new Set(files.filter((file) => file.includes('/')).map((file) => file.split('/')[0]));
  expect(Object.keys(ALLOWED).sort()).toEqual([...folders].filter((folder) => folder !== 'cli').sort());
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
