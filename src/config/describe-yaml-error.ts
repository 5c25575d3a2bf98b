import { type Document, type Node, visit, type YAMLError } from 'yaml';
import { quoteText } from './describe-found.ts';
import type { TextRange } from './file-problem.ts';

type ErrorCode = YAMLError['code'];

/** For mistakes that people make: what YAML means by its complaint, and what to write instead. */
const EXPLAINED: Partial<Record<ErrorCode, string>> = {
  TAB_AS_INDENT: 'This line is indented with a tab, which YAML does not allow: use blanks.',
  BAD_INDENT: 'The indentation does not fit the lines above, or a bracket or brace is not closed.',
  BLOCK_AS_IMPLICIT_KEY:
    'There is a second key in this line, or the next line is indented too far. If the colon is part of the text, put the text in quotes.',
  MULTILINE_IMPLICIT_KEY:
    'Here a key and a colon with a blank behind it are expected, as in "on_push: true".',
  MULTIPLE_DOCS: 'There is a second document behind "---": the file must be a single one.',
  BAD_DQ_ESCAPE: 'A backslash has a meaning of its own in double quotes: use single quotes, or leave it out.',
  BAD_DIRECTIVE: 'A line that begins with % is a directive of YAML, which has no place here.',
  RESOURCE_EXHAUSTION: 'The file is nested too deeply.',
};

/** An error of the YAML parser in words for people who write YAML now and then. */
export function describeYamlError(error: YAMLError, text: string): string {
  const begin = wordAt(text, error.pos[0]);
  switch (error.code) {
    case 'TAG_RESOLVE_FAILED':
      return begin.startsWith('!!')
        ? `The type ${quoteText(begin)} has no place here.`
        : `${quoteText(begin)} begins with !, which YAML takes for the name of a type: put it in quotes.`;
    case 'BAD_SCALAR_START':
      return `${quoteText(begin)} begins with a character that YAML keeps for itself: put the text in quotes.`;
    case 'UNEXPECTED_TOKEN':
      return `${quoteText(begin)} is not expected here. If it belongs to a text, put the whole text in quotes.`;
    case 'MISSING_CHAR':
      if (error.message.startsWith('Missing closing')) return 'This quote is not closed.';
      return `${error.message}. If a text holds brackets, commas, quotes or colons, put the whole text in quotes.`;
    default:
      return EXPLAINED[error.code] ?? `This is not YAML: ${error.message}.`;
  }
}

/**
 * Where people look for a mistake: at the quote or bracket that isn't closed, not where the file went wrong for it; at the
 * second of two keys, not at the text that it seemed to go on with.
 */
export function findMistake(error: YAMLError, document: Document.Parsed, text: string): TextRange {
  const [from, to] = error.pos;
  if (error.code === 'MISSING_CHAR' || error.code === 'BAD_INDENT') {
    const opened = findOpened(document, from);
    if (opened !== null) return [opened, to];
  }
  if (error.code === 'BLOCK_AS_IMPLICIT_KEY') {
    const colon = from + Math.max(0, text.slice(from).search(/:(?=\s|$)/));
    const line = text.lastIndexOf('\n', colon) + 1;
    if (line > from) return [line + text.slice(line).search(/\S/), colon];
  }
  return [from, to];
}

/** The innermost bracket or quote that is still open at `end`. */
function findOpened(document: Document.Parsed, end: number): number | null {
  let opened: number | null = null;
  const look = (node: Node) => {
    const [from, to] = node.range ?? [0, 0];
    if (to === end && from < end) opened = from;
  };
  visit(document, {
    Collection: (_, node) => (node.flow ? look(node) : undefined),
    Scalar: (_, node) => (node.type?.startsWith('QUOTE') ? look(node) : undefined),
  });
  return opened;
}

/** What stands at an offset, up to the next blank. */
function wordAt(text: string, offset: number): string {
  return /^\S*/.exec(text.slice(offset, offset + 100))?.[0] ?? '';
}
