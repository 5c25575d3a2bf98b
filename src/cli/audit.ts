import { once } from 'node:events';
import { parseArgs } from 'node:util';
import { formatCommand } from '../commands/format-command.ts';
import { readDatabaseUrl } from '../config/database-url.ts';
import { loadEnvFile } from '../config/load-env-file.ts';
import type { ParsedCommand } from '../domain/conversation.ts';
import { readAudit } from '../store/audit-store.ts';
import { openForReading } from '../store/open-for-reading.ts';
import { type AuditFormat, formatHeading, formatRecord } from './audit/format-record.ts';
import { readDuration } from './read-duration.ts';

const USAGE = `Usage: meltano-deploy audit --since <time> [--format ndjson|csv]

  --since <time>   how long ago (30d, 12h) or when (2026-05-01, 2026-05-01T08:00:00Z)
  --format         ndjson (default): a JSON object in each line, or csv

Prints who asked for what, with which role, which commit was deployed, by which job, and how it ended. Reads the database
of DATABASE_URL or DATA_DIR, also beside the running app. Exit code 0: done, 1: the database can't be read, 2: invalid
arguments.`;

interface AuditOptions {
  readonly since: number;
  readonly format: AuditFormat;
}

/** Prints who asked for what. Sets the process's exit code. */
export async function runAudit(words: string[]): Promise<void> {
  if (words[0] === 'help' || words.includes('--help')) return console.log(USAGE);
  const options = readOptions(words, Date.now());
  if (!options) {
    console.error(USAGE);
    process.exitCode = 2;
    return;
  }
  try {
    loadEnvFile(process.env);
    await print(options);
  } catch (error) {
    // The reader of the output has read enough.
    if ((error as NodeJS.ErrnoException).code === 'EPIPE') return;
    console.error(`${(error as Error).message}.`);
    process.exitCode = 1;
  }
}

function readOptions(args: string[], now: number): AuditOptions | null {
  try {
    const options = { since: { type: 'string' }, format: { type: 'string', default: 'ndjson' } } as const;
    const { since: text = '', format } = parseArgs({ args, options }).values;
    const since = readTime(text, now);
    if (since === null || (format !== 'ndjson' && format !== 'csv')) return null;
    return { since, format };
  } catch {
    return null;
  }
}

/** Epoch milliseconds. */
function readTime(text: string, now: number): number | null {
  const ago = readDuration(text);
  if (ago !== null) return now - ago;
  if (!/^\d{4}-\d{2}-\d{2}(?:T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,3})?)?(?:Z|[+-]\d{2}:\d{2}))?$/.test(text))
    return null;
  const [day = ''] = text.split('T', 1);
  // JavaScript takes February 30th for March 2nd.
  const isDay = new Date(Date.parse(day)).getUTCDate() === Number(day.slice(-2));
  const time = Date.parse(text);
  return Number.isNaN(time) || !isDay ? null : time;
}

async function print({ since, format }: AuditOptions): Promise<void> {
  const { DATABASE_URL = '', DATA_DIR = '' } = process.env;
  const url = DATABASE_URL.trim() === '' ? null : readDatabaseUrl(DATABASE_URL.trim());
  if (url && !url.ok) throw new Error(`DATABASE_URL ${url.problem}`);
  const db = await openForReading({
    databaseUrl: url?.url ?? null,
    dataDirectory: DATA_DIR.trim() || './data',
  });
  try {
    await write(formatHeading(format) ?? '');
    for await (const record of readAudit(db, since, describeRequest))
      await write(formatRecord(record, format));
  } finally {
    await db.destroy();
  }
}

/** Null if nothing is known about it. */
function describeRequest(parsed: ParsedCommand): string | null {
  if (parsed.kind === 'command') return formatCommand(parsed.command);
  return parsed.kind === 'invalid' ? `/${parsed.command ?? 'meltano'} (invalid)` : null;
}

async function write(text: string): Promise<void> {
  if (text !== '' && !process.stdout.write(text)) await once(process.stdout, 'drain');
}
