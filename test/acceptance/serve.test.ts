import { spawnSync } from 'node:child_process';
import {
  accessSync,
  constants,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';

const SERVE = join(import.meta.dirname, '../../bin/serve');
const TOOLS = ['dirname', 'readlink'] as const;

/** A shell that may be `/bin/sh`, with the smallest set of commands that a machine with it has. */
interface Shell {
  readonly name: string;
  readonly command: readonly string[];
  /** The directory that is its PATH, in `directory`. */
  readonly makePath: (directory: string) => string;
}

const coreutils = (directory: string) => linkTools(directory, (tool) => find(tool) ?? tool);
const busybox = find('busybox');
const shells: readonly Shell[] = [
  ...['dash', 'ash', 'mksh', 'bash'].flatMap((name): Shell[] => {
    const path = find(name);
    return path ? [{ name, command: name === 'bash' ? [path, '--posix'] : [path], makePath: coreutils }] : [];
  }),
  { name: 'sh', command: ['/bin/sh'], makePath: coreutils },
  // As in the image: Alpine's sh and its tools are busybox.
  ...(busybox
    ? [
        {
          name: 'busybox',
          command: [busybox, 'sh'],
          makePath: (directory: string) => linkTools(directory, () => busybox),
        },
      ]
    : []),
];

function find(name: string): string | null {
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  for (const folder of folders) {
    try {
      accessSync(join(folder, name), constants.X_OK);
      return join(folder, name);
    } catch {
      // Not in this folder.
    }
  }
  return null;
}

function linkTools(directory: string, target: (tool: string) => string): string {
  const path = join(directory, 'tools');
  mkdirSync(path);
  for (const tool of TOOLS) symlinkSync(target(tool), join(path, tool));
  return path;
}

function makeDirectory(): string {
  const directory = realpathSync(mkdtempSync(join(tmpdir(), 'serve-')));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

/** A copy of bin/serve below a directory with a space, with a Node that prints what it was given. */
function install(directory: string): { readonly bin: string; readonly script: string } {
  const bin = join(directory, 'the app', 'bin');
  const modules = join(directory, 'the app', 'node_modules', '.bin');
  mkdirSync(bin, { recursive: true });
  mkdirSync(modules, { recursive: true });
  const script = join(bin, 'serve');
  copyFileSync(SERVE, script);
  const node = `#!/bin/sh\nprintf '%s\\n' "arenas=$MALLOC_ARENA_MAX" "$@"\nexit 7\n`;
  writeFileSync(join(modules, 'node'), node, { mode: 0o755 });
  return { bin, script };
}

describe.each(shells)('bin/serve under $name', ({ command: [shell = '', ...words], makePath }) => {
  const run = (script: string, path: string, given: readonly string[]) =>
    spawnSync(shell, [...words, script, ...given], { encoding: 'utf8', env: { PATH: path } });

  test.each([
    ['starts', [], ['start']],
    ['passes other words on as they are', ['config', 'a b', '*'], ['config', 'a b', '*']],
  ])('%s, with the flags, and ends as Node does', (_, given, expected) => {
    const directory = makeDirectory();
    const { bin, script } = install(directory);
    const { status, stdout, stderr } = run(script, makePath(directory), given);
    expect(stderr).toBe('');
    expect(stdout.trimEnd().split('\n')).toEqual([
      'arenas=1',
      expect.stringMatching(/^--max-semi-space-size=\d+$/),
      expect.stringMatching(/^--heap-growing-percent=\d+$/),
      join(bin, 'meltano-deploy.mjs'),
      ...expected,
    ]);
    expect(status).toBe(7);
  });

  test('finds the app through a link', () => {
    const directory = makeDirectory();
    const { bin, script } = install(directory);
    const link = join(directory, 'serve');
    symlinkSync(script, link);
    const { stdout, stderr } = run(link, makePath(directory), []);
    expect(stderr).toBe('');
    expect(stdout).toContain(join(bin, 'meltano-deploy.mjs'));
  });
});
