import { foldCharacters } from '../domain/fold-name.ts';
import { cleanInlineText, sliceWhole } from '../logs/clean-log-line.ts';
import type { ReadArguments } from './read-arguments.ts';
import { HTML_COMMENT, splitFirst } from './split-words.ts';

const LONGEST_REASON = 200;

/** Reads what follows `/meltano lock`. It has no options, and a reason may contain any quotes. */
export function readLock(rest: string): ReadArguments {
  // PostgreSQL takes no NUL.
  const text = cleanInlineText(rest.replace(new RegExp(HTML_COMMENT, 'gs'), ' '));
  if (/^(--help|-h)$/.test(foldCharacters(text))) return { command: { name: 'help' } };
  if (unquote(text) === '') return { command: null, problem: { code: 'missing_reason', word: '' } };
  return { command: { name: 'lock', text } };
}

interface LockText {
  /** The first word or quoted text, which may name a workspace. */
  readonly first: string;
  /** The reason if it does, which may be empty. */
  readonly rest: string;
  /** The reason if it doesn't. */
  readonly whole: string;
}

export function readLockText(text: string): LockText {
  const { first, rest } = splitFirst(text);
  return { first, rest: toReason(rest), whole: toReason(text) };
}

function toReason(text: string): string {
  const reason = unquote(text);
  return reason.length <= LONGEST_REASON ? reason : `${sliceWhole(reason, LONGEST_REASON - 1)}…`;
}

/** Removes quotes around the whole text. */
function unquote(text: string): string {
  const { first, rest } = splitFirst(text);
  const bare = rest === '' ? first.trim() : text;
  return foldCharacters(bare).trim() === '' ? '' : bare;
}
