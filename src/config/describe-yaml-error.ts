import { type Document, type Node, visit, type YAMLError } from 'yaml';
import { quoteText } from './describe-found.ts';
import type { TextRange } from './file-problem.ts';

/** The meaning of the parser's errors, and what to write instead. */
const EXPLAINED: Partial<Record<YAMLError['code'], string>> = {
  TAB_AS_INDENT: 'This line is indented with a tab, which YAML does not allow: use spaces.',
  BAD_INDENT: 'The indentation does not fit the lines above, or a bracket or brace is not closed.',
  BLOCK_AS_IMPLICIT_KEY:
    'There is a second key in this line, or the next line is indented too far. If the colon is part of the text, put the text in quotes.',
  MULTILINE_IMPLICIT_KEY: 'A key, a colon and a space are expected here, as in "version: 1".',
  MULTIPLE_DOCS: 'A second document begins here, after "---": the file may contain only one.',
  BAD_DQ_ESCAPE: 'A backslash begins an escape in double quotes: use single quotes, or remove it.',
  BAD_DIRECTIVE: 'A line that begins with % is a YAML directive, which is not allowed here.',
  RESOURCE_EXHAUSTION: 'The file is nested too deeply.',
};

/** Describes an error of the YAML parser. `mayQuote`: whether the message may repeat text of the file. */
export function describeYamlError(error: YAMLError, text: string, mayQuote: boolean): string {
  const begin = /^\S*/.exec(text.slice(error.pos[0], error.pos[0] + 100))?.[0] ?? '';
  const subject = mayQuote ? quoteText(begin) : 'The text here';
  switch (error.code) {
    case 'TAG_RESOLVE_FAILED':
      return begin.startsWith('!!')
        ? `${subject} is a YAML tag, which is not allowed here.`
        : `${subject} begins with !, which YAML takes for a tag: put it in quotes.`;
    case 'BAD_SCALAR_START':
      return `${subject} begins with a character that YAML reserves: put the text in quotes.`;
    case 'UNEXPECTED_TOKEN':
      return `${subject} is not expected. If it belongs to a text, put the whole text in quotes.`;
    case 'MISSING_CHAR':
      if (error.message.startsWith('Missing closing')) return 'This quote is not closed.';
      return `${error.message}. If a text holds brackets, commas, quotes or colons, put the whole text in quotes.`;
    default:
      // Other messages of the parser may repeat the file.
      return EXPLAINED[error.code] ?? `This is not valid YAML${mayQuote ? `: ${error.message}` : ''}.`;
  }
}

/** `written`: the alias in the file; null if the message must not quote it. */
export function describeLooseAlias(written: string | null): string {
  const subject = written === null ? 'The text here' : quoteText(written);
  return `${subject} begins with *, which YAML takes for an alias: put it in quotes.`;
}

/** `key`: null if the message must not quote it. */
export function describeRepeatedKey(key: string | null): string {
  const subject = key === null ? 'This key' : `The key ${quoteText(key)}`;
  return `${subject} is in this section twice: keep one of the two.`;
}

/**
 * Finds the place to show for an error: an unclosed quote or bracket instead of where the parser stops, and the second of
 * two keys instead of the text before it.
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
