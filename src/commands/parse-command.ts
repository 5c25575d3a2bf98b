import { COMMAND_NAMES, type CommandName, type ParsedComment } from '../domain/command.ts';
import { findTextLines, LINE_END } from './find-text-lines.ts';
import { readArguments } from './read-arguments.ts';
import { splitWords } from './split-words.ts';
import { suggestCommand } from './suggest-command.ts';

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
 * The command of a comment: a line of its own that starts with `/redeploy` or `/meltano <command>`, where GitHub shows
 * it as text (not in quotes, code or HTML comments). The first known command counts; a line that only looks like one
 * is spoken of when there is none. Pure, never throws, and takes time in proportion to the comment.
 */
export function parseCommand(body: string): ParsedComment {
  const candidates = body.split(LINE_END).flatMap(readCandidate);
  // Nearly every comment ends here, before its Markdown is looked at.
  if (candidates.length === 0) return { kind: 'none' };
  const text = findTextLines(body, new Set(candidates.map(({ line }) => line)));
  const shown = candidates.filter((candidate) => text.has(candidate.line));
  const known = shown.filter((candidate) => candidate.kind === 'known');
  if (known[0]) return readCommand(known[0], known.length - 1);
  const [first] = shown;
  if (first?.kind === 'nearly') return { kind: 'nearly', word: first.word, suggestion: first.suggestion };
  if (first?.kind === 'unknown') {
    return { kind: 'invalid', problem: { code: 'unknown_command', word: first.word } };
  }
  return { kind: 'none' };
}

/**
 * A line with up to three characters before its slash (four spaces or a tab make code), spaces or such as chat apps
 * leave there. The word after the slash may not go on as a path does.
 */
const SLASH_LINE = /^[ \u00a0\u200b\u200e\u200f\u2060\ufeff]{0,3}\/([a-z][^\s/]*)(?![^\s])(.*)$/isu;
const INVISIBLE = /[\u200b-\u200f\u2060\ufeff]/g;

function readCandidate(text: string, line: number): readonly Candidate[] {
  const [, slashWord = '', rest = ''] = SLASH_LINE.exec(text) ?? [];
  const typed = slashWord.replace(INVISIBLE, '');
  const word = typed.toLowerCase();
  if (word === 'redeploy') return [{ kind: 'known', line, name: 'redeploy', rest }];
  if (word === 'meltano') return [readMeltanoLine(rest, line)];
  return isNearlyRedeploy(word) ? [{ kind: 'nearly', line, word: `/${typed}`, suggestion: 'redeploy' }] : [];
}

/** `/deploy` is other apps' command and no slip, hence the first letter; a file's name is none either. */
function isNearlyRedeploy(word: string): boolean {
  const bare = word.replace(/[,;:!?.]+$/, '');
  return /^r[a-z-]*$/.test(bare) && suggestCommand(bare) === 'redeploy';
}

function readMeltanoLine(text: string, line: number): Candidate {
  const [, typed = '', rest = ''] = /^\s*(\S*)(.*)$/su.exec(text) ?? [];
  const word = typed.replace(INVISIBLE, '');
  const name = COMMAND_NAMES.find((each) => each === word.toLowerCase());
  if (name) return { kind: 'known', line, name, rest };
  if (word === '' || /^(--?|—|–)h(elp)?$/i.test(word)) return { kind: 'known', line, name: 'help', rest };
  const suggestion = suggestCommand(word);
  return suggestion ? { kind: 'nearly', line, word, suggestion } : { kind: 'unknown', line, word };
}

function readCommand({ name, rest }: { name: CommandName; rest: string }, ignored: number): ParsedComment {
  const split = splitWords(rest);
  if ('unbalanced' in split) {
    return { kind: 'invalid', command: name, problem: { code: 'unbalanced_quote', word: split.unbalanced } };
  }
  const read = readArguments(name, split.words);
  if (read.command) return { kind: 'command', command: read.command, ignored };
  return { kind: 'invalid', command: name, problem: read.problem };
}
