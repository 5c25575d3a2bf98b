import { distance } from 'fastest-levenshtein';
import { COMMAND_ALIASES, COMMAND_NAMES, type CommandName, type ParsedComment } from '../domain/command.ts';
import { foldCharacters } from '../domain/fold-name.ts';
import { findQuotedMail } from './find-quoted-mail.ts';
import { findTextLines, LINE_END } from './find-text-lines.ts';
import { type ReadArguments, readArguments, takesOneName } from './read-arguments.ts';
import { readLock } from './read-lock.ts';
import { HTML_COMMENT, splitWords } from './split-words.ts';

/** A line that is a command, or looks like one. */
type Candidate =
  | { readonly kind: 'known'; readonly line: number; readonly name: CommandName; readonly rest: string }
  | {
      readonly kind: 'nearly';
      readonly line: number;
      readonly word: string;
      readonly suggestion: CommandName;
    }
  | { readonly kind: 'unknown'; readonly line: number; readonly word: string };

/**
 * Parses the command of a comment: a line that starts with `/redeploy` or `/meltano <command>` and that GitHub shows as the
 * author's own text (not in quotes, code, HTML comments or the copy of an older mail). The first known command counts. If
 * there is none, a line that looks like a command counts. Pure, never throws, and takes linear time.
 */
export function parseCommand(body: string): ParsedComment {
  const lines = body.split(LINE_END);
  const candidates = lines.flatMap(readCandidate);
  // Nearly every comment ends here, before its Markdown is parsed.
  if (candidates.length === 0) return { kind: 'none' };
  const shown = findShown(body, lines, candidates);
  const known = shown.filter((candidate) => candidate.kind === 'known');
  if (known[0]) return readCommand(known[0], known.length - 1);
  const [first] = shown;
  if (first?.kind === 'nearly') return { kind: 'nearly', word: first.word, suggestion: first.suggestion };
  if (first?.kind === 'unknown') {
    return { kind: 'invalid', problem: { code: 'unknown_command', word: first.word } };
  }
  return { kind: 'none' };
}

/** The candidates that are the author's own text. */
function findShown(body: string, lines: readonly string[], candidates: readonly Candidate[]): Candidate[] {
  const copies = findQuotedMail(lines);
  const begins = new Set(copies);
  // Yahoo's introduction is indented like code.
  const flat =
    copies.length === 0 ? body : lines.map((one, at) => (begins.has(at) ? one.trimStart() : one)).join('\n');
  const text = findTextLines(flat, new Set([...candidates.map(({ line }) => line), ...copies]));
  const end = copies.find((line) => text.has(line)) ?? lines.length;
  return candidates.filter(({ line }) => text.has(line) && line < end);
}

/** Four spaces or a tab make code. */
const CODE_INDENT = /^(?: {4}| {0,3}\t)/;
/** The word after the slash must not continue as a path. An HTML comment may follow it directly. */
const SLASH_LINE = /^([^/／]*)[/／]((?:(?!<!--)[^\s/／])+)(?=\s|<!--|$)(.*)$/su;

function readCandidate(text: string, line: number): readonly Candidate[] {
  const [, before = '', slashWord = '', rest = ''] = SLASH_LINE.exec(text) ?? [];
  // Text that is copied from chat apps may contain invisible characters and wide spaces.
  if (slashWord === '' || foldCharacters(before).trim() !== '' || CODE_INDENT.test(text)) return [];
  const typed = foldCharacters(slashWord);
  const word = typed.toLowerCase();
  if (word === 'redeploy') return [{ kind: 'known', line, name: 'redeploy', rest }];
  if (word === 'meltano') return [readMeltanoLine(rest, line)];
  return isNearlyRedeploy(word) ? [{ kind: 'nearly', line, word: `/${typed}`, suggestion: 'redeploy' }] : [];
}

/** `/deploy` (a command of other apps) and file names are no typing errors, so the first letter must match. */
function isNearlyRedeploy(word: string): boolean {
  const bare = word.replace(/[,;:!?.]+$/, '');
  return /^r[a-z-]*$/.test(bare) && suggestCommand(bare) === 'redeploy';
}

/** The words after `/meltano`, and the command that each gives. */
const KNOWN_WORDS: ReadonlyMap<string, CommandName> = new Map([
  ...COMMAND_NAMES.map((name) => [name, name] as const),
  ...COMMAND_ALIASES,
]);

const NEXT_WORD = new RegExp(`^(?:\\s|${HTML_COMMENT})*((?:(?!<!--)\\S)*)(.*)$`, 'su');

function readMeltanoLine(text: string, line: number): Candidate {
  const [, typed = '', rest = ''] = NEXT_WORD.exec(text) ?? [];
  const word = foldCharacters(typed);
  const name = KNOWN_WORDS.get(word.toLowerCase());
  if (name) return { kind: 'known', line, name, rest };
  if (word === '' || /^(--?|—|–)h(elp)?$/i.test(word)) return { kind: 'known', line, name: 'help', rest };
  const suggestion = suggestCommand(word);
  return suggestion ? { kind: 'nearly', line, word, suggestion } : { kind: 'unknown', line, word };
}

function readCommand({ name, rest }: { name: CommandName; rest: string }, ignored: number): ParsedComment {
  if (name === 'lock') return toParsed(name, readLock(rest), ignored);
  const split = splitWords(rest, { areNames: takesOneName(name) });
  if ('unbalanced' in split) {
    return { kind: 'invalid', command: name, problem: { code: 'unbalanced_quote', word: split.unbalanced } };
  }
  return toParsed(name, readArguments(name, split.words), ignored);
}

function toParsed(name: CommandName, read: ReadArguments, ignored: number): ParsedComment {
  if (read.command) return { kind: 'command', command: read.command, ignored };
  return { kind: 'invalid', command: name, problem: read.problem };
}

/** The command with a name similar to `word`: one wrong letter in a short name, two in a name of six letters or more. */
function suggestCommand(word: string): CommandName | null {
  // Longer than any name.
  const typed = word.toLowerCase().slice(0, 20);
  let best: { name: CommandName; steps: number } | null = null;
  for (const [known, name] of KNOWN_WORDS) {
    const steps = isSwap(typed, known) ? 1 : distance(typed, known);
    if (steps <= (known.length < 6 ? 1 : 2) && (best === null || steps < best.steps)) best = { name, steps };
  }
  return best?.name ?? null;
}

/** True if two neighbouring letters are swapped: a common typing error, which `distance` counts as two. */
function isSwap(word: string, name: string): boolean {
  const at = [...name].findIndex((letter, index) => letter !== word[index]);
  const swapped = `${name.slice(0, at)}${name[at + 1] ?? ''}${name[at] ?? ''}${name.slice(at + 2)}`;
  return at >= 0 && swapped === word;
}
