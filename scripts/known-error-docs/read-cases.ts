import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A log, and the known error that explains what ended it. */
export interface Case {
  /** Where it was reported: repository and issue, or the number of a public file. `made: …` was made up; `used: …` changed the table later. */
  readonly source: string;
  /** Null: nothing in the table may explain it. */
  readonly cause: string | null;
  readonly lines: readonly string[];
  /** Kept for the judgement: not used to write the table. */
  readonly isHeldOut: boolean;
}

const FOLDER = join(import.meta.dirname, '../../test/unit/logs/known-errors');
const HEADING = /^=== (.+) => (\w+)$/;

/** Text files with cases, one for each tool: `=== source => cause`, then the lines of the log. */
export function readCases(): readonly Case[] {
  const files = readdirSync(FOLDER).filter((name) => name.endsWith('.txt'));
  return files.flatMap((file) => readFile(join(FOLDER, file)));
}

function readFile(path: string): readonly Case[] {
  const blocks = readFileSync(path, 'utf8')
    .trimEnd()
    .split(/^(?==== )/m);
  return blocks.map((block) => {
    const [heading = '', ...lines] = block.trimEnd().split('\n');
    const [, source, cause] = HEADING.exec(heading) ?? [];
    if (source === undefined || cause === undefined) throw new Error(`${path}: not a case: ${heading}`);
    return { source, cause: cause === 'none' ? null : cause, lines, isHeldOut: isHeldOut(source) };
  });
}

/** By the digest of the source, so that nobody chooses. What was made up, or changed the table later, judges nothing. */
function isHeldOut(source: string): boolean {
  if (/^(?:made|used): /.test(source)) return false;
  return (createHash('sha256').update(source).digest()[0] ?? 0) % 2 === 1;
}
