import { accessSync, constants, type Stats, statfsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

export const DATABASE_FILE = 'meltano-deploy.db';
export const LOCK_FILE = 'lock.db';
/** The directory itself and the files of the database. SQLite creates missing files. */
const FILES = ['', LOCK_FILE, DATABASE_FILE, `${DATABASE_FILE}-wal`, `${DATABASE_FILE}-shm`];

/** How long, and how often, to try for a lock that another program holds. */
const BUSY_MS = 5_000;
const BUSY_RETRY_MS = 20;

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
const KNOWN_CODES = new Set(Object.values(CODES));

/** Sentences without full stops. */
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
 * Repeats `step` while another program holds the database. SQLite's own `busy_timeout` would block the event loop.
 */
export async function retryWhileBusy<T>(step: () => T | Promise<T>, limitMs = BUSY_MS): Promise<T> {
  const endsAt = performance.now() + limitMs;
  for (;;) {
    try {
      return await step();
    } catch (error) {
      if (!isBusy(error) || performance.now() >= endsAt) throw error;
    }
    await sleep(BUSY_RETRY_MS);
  }
}

export function isBusy(error: unknown): boolean {
  return readCode(error) === CODES.busy;
}

/** Turns an error of SQLite or the file system into a `DataDirectoryProblem`. Returns any other error unchanged. */
export function explainError(error: unknown, directory: string, file = DATABASE_FILE): unknown {
  const trouble = findTrouble(error, directory, file);
  return trouble ? new DataDirectoryProblem(directory, trouble, error) : error;
}

const FULL: Trouble = { problem: 'the disk is full', advice: 'Make room on it' };

function findTrouble(error: unknown, directory: string, file: string): Trouble | null {
  const { code, message } = error as NodeJS.ErrnoException;
  const sqlite = readCode(error);
  if (code === 'ENOSPC' || sqlite === CODES.full) return FULL;
  if (sqlite === null ? !/^E[A-Z]+$/.test(code ?? '') : !KNOWN_CODES.has(sqlite)) return null;
  if (sqlite === CODES.busy) {
    return { problem: `another program holds its ${file}`, advice: 'Stop that program' };
  }
  if (sqlite === CODES.corrupt || sqlite === CODES.notADatabase) {
    const advice =
      file === LOCK_FILE
        ? 'It holds no data: stop every process of this app that uses the directory, and remove the file'
        : 'Stop the app, and restore a backup or move the file away';
    return { problem: `its ${file} is damaged (${message})`, advice };
  }
  const unknown = { problem: message, advice: "Check the disk and the system's log" };
  return findUnusable(directory) ?? findFull(directory) ?? unknown;
}

/** Finds a file, or the directory, that this process can't write; null if it can write everything. */
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
    advice: 'Give the directory and its content to the user that runs the app (chown -R)',
  };
}

/** SQLite may report a full disk as an I/O error or as a file that it can't open. */
function findFull(directory: string): Trouble | null {
  try {
    const { blocks, bavail } = statfsSync(directory);
    // The kernel's own file systems report 0 blocks.
    return blocks > 0 && bavail === 0 ? FULL : null;
  } catch {
    return null;
  }
}

/** SQLite's primary result code (the low byte), or null for another error. */
function readCode(error: unknown): number | null {
  const { errcode } = error as { errcode?: unknown };
  return typeof errcode === 'number' ? errcode & 0xff : null;
}
