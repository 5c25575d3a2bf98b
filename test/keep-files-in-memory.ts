import { chmodSync, mkdtempSync, rmSync, statfsSync } from 'node:fs';
import { join } from 'node:path';

const MEMORY = '/dev/shm';
/** A container may have 64 MB only. */
const NEEDED_BYTES = 4 * 1024 ** 3;

/** The tests sync hundreds of databases to the disk. Where memory has room for them, a slow disk holds up no test. */
export function setup(): (() => void) | undefined {
  if (!hasRoom()) return undefined;
  const directory = mkdtempSync(join(MEMORY, 'meltano-deploy-tests-'));
  // For everyone, as /tmp is: some tests start processes of another user.
  chmodSync(directory, 0o1777);
  process.env['TMPDIR'] = directory;
  return () => rmSync(directory, { recursive: true, force: true });
}

function hasRoom(): boolean {
  try {
    const { bavail, bsize } = statfsSync(MEMORY);
    return bavail * bsize >= NEEDED_BYTES;
  } catch {
    return false;
  }
}
