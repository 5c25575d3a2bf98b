// Runs before npm's start, demo, test and check: installs the dependencies when they are missing or older than the
// lock file. Plain JavaScript, for any Node that npm runs on. In production it installs nothing.
import { spawnSync } from 'node:child_process';
import { statSync } from 'node:fs';
import { chooseNode, NEEDED_NODE } from './choose-node.mjs';

function modifiedAt(path) {
  return statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;
}

function isInstalled() {
  // Without the development dependencies (npm ci --omit=dev) there is no vitest: tests and demo need them.
  const isWhole = modifiedAt('node_modules/vitest/package.json') > 0;
  return isWhole && modifiedAt('node_modules/.package-lock.json') >= modifiedAt('package-lock.json');
}

function install() {
  console.log('Installing the dependencies (once, about half a minute) ...');
  const args = ['ci', '--loglevel=error', '--no-audit', '--no-fund'];
  const npm = process.env.npm_execpath;
  const [command, words] = npm ? [process.execPath, [npm, ...args]] : ['npm', args];
  const { status } = spawnSync(command, words, { stdio: 'inherit' });
  if (status !== 0) {
    console.error('The dependencies could not be installed: see the messages above.');
    process.exit(1);
  }
}

if ((process.env.NODE_ENV || '').trim() !== 'production' && !isInstalled()) install();

if (!chooseNode()) {
  console.error(`Meltano Deploy needs Node ${NEEDED_NODE} or newer; this is Node ${process.versions.node}.`);
  process.exit(1);
}
