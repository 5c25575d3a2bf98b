import { accessSync, constants, type Stats, statfsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

export const DATABASE_FILE = 'meltano-deploy.db';
export const LOCK_FILE = 'lock.db';
/** Whatever the database consists of; a part that isn't there yet is made. */
const FILES = ['', LOCK_FILE, DATABASE_FILE, `${DATABASE_FILE}-wal`, `${DATABASE_FILE}-shm`];

/** Another program holds the database's lock: it is waited for so long, and asked for again so often (milliseconds). */
const BUSY_MS = 5_000;
const BUSY_AGAIN_MS = 20;

/** SQLite's codes: https://sqlite.org/rescode.html */
const CODES = {
  permission: 3,
  busy: 5,
  readOnly: 8,
  io: 10,
  corrupt: 11,
  full: 13,
  cantOpen: 14,
  notADatabase: 26,
};
const TROUBLES = new Set(Object.values(CODES));

/** Why the directory of the database can't be used, and what to do: sentences without their full stops. */
interface Trouble {
  readonly problem: string;
  readonly advice: string;
}

/** The directory of the database can't be used. The message is for the operator. */
export class DataDirectoryProblem extends Error {
  override name = 'DataDirectoryProblem';
  readonly trouble: Trouble;

  constructor(directory: string, { problem, advice }: Trouble, cause: unknown) {
    super(`DATA_DIR ${directory} can't be used: ${problem}. ${advice}.`, { cause });
    this.trouble = { problem, advice };
  }
}

/**
 * Does `step` again while another program holds the database. SQLite's own waiting (`busy_timeout`) holds up the whole
 * process.
 */
export async function retryWhileBusy<T>(step: () => T | Promise<T>, limitMs = BUSY_MS): Promise<T> {
  const endsAt = performance.now() + limitMs;
  for (;;) {
    try {
      return await step();
    } catch (error) {
      if (!isBusy(error) || performance.now() >= endsAt) throw error;
    }
    await sleep(BUSY_AGAIN_MS);
  }
}

export function isBusy(error: unknown): boolean {
  return readCode(error) === CODES.busy;
}

/** What SQLite or the file system say of the directory or its disk, in words for the operator; any other error as it is. */
export function explainError(error: unknown, directory: string, file = DATABASE_FILE): unknown {
  const trouble = findTrouble(error, directory, file);
  return trouble ? new DataDirectoryProblem(directory, trouble, error) : error;
}

const FULL: Trouble = { problem: 'the disk is full', advice: 'Make room on it' };

function findTrouble(error: unknown, directory: string, file: string): Trouble | null {
  const { code, message } = error as NodeJS.ErrnoException;
  const sqlite = readCode(error);
  if (code === 'ENOSPC' || sqlite === CODES.full) return FULL;
  if (sqlite === null ? !/^E[A-Z]+$/.test(code ?? '') : !TROUBLES.has(sqlite)) return null;
  if (sqlite === CODES.busy) {
    return { problem: `another program holds its ${file}`, advice: 'Stop that program' };
  }
  if (sqlite === CODES.corrupt || sqlite === CODES.notADatabase) {
    const advice =
      file === LOCK_FILE
        ? 'It holds no data: stop every process of this app that uses the directory, and remove the file'
        : 'Stop the app, and put a backup in its place, or move it away';
    return { problem: `its ${file} is damaged (${message})`, advice };
  }
  const unknown = { problem: message, advice: "Look at the disk, and at the system's log" };
  return findUnusable(directory) ?? findFull(directory) ?? unknown;
}

/** The part of the directory that this process may not use; null: all that is there can be written. */
export function findUnusable(directory: string): Trouble | null {
  for (const name of FILES) {
    const path = join(directory, name);
    const about = statSync(path, { throwIfNoEntry: false });
    if (!about) continue;
    const label = name ? `its ${name}` : 'it';
    if (name ? !about.isFile() : !about.isDirectory()) {
      return { problem: `${label} is not a ${name ? 'file' : 'directory'}`, advice: 'Remove it' };
    }
    try {
      accessSync(path, name ? constants.R_OK | constants.W_OK : constants.W_OK | constants.X_OK);
    } catch (error) {
      return describeRefusal(label, about, error as NodeJS.ErrnoException);
    }
  }
  return null;
}

function describeRefusal(label: string, { uid, mode }: Stats, { code }: NodeJS.ErrnoException): Trouble {
  if (code === 'EROFS') {
    return { problem: `${label} is on a read-only file system`, advice: 'Mount it for writing' };
  }
  const owner = `belongs to user ${uid} (mode ${(mode & 0o777).toString(8)})`;
  return {
    problem: `${label} ${owner}, and user ${process.getuid?.()}, who runs this process, may not write it`,
    advice: 'Give the directory and all that is in it to the user that runs the app (chown -R)',
  };
}

/** A full disk also shows as an error of the disk, or as a file that can't be opened. */
function findFull(directory: string): Trouble | null {
  try {
    const { blocks, bavail } = statfsSync(directory);
    // The kernel's own file systems have no blocks at all.
    return blocks > 0 && bavail === 0 ? FULL : null;
  } catch {
    return null;
  }
}

/** Without its detail, which the higher bits are; null: the error isn't SQLite's. */
function readCode(error: unknown): number | null {
  const { errcode } = error as { errcode?: unknown };
  return typeof errcode === 'number' ? errcode & 0xff : null;
}
