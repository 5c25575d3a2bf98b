import { type Document, isAlias, isMap, isScalar, isSeq, LineCounter, parseDocument, visit } from 'yaml';

/** Both from 1, as editors count. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

export interface YamlProblem extends Position {
  readonly message: string;
}

export interface ParsedYaml {
  /** Maps, lists and texts: `007` and `no` stay what they look like, and an empty value is an empty text. */
  readonly value: unknown;
  /** What is wrong with the text as YAML. */
  readonly problems: readonly YamlProblem[];
  /** Where the value under `path` stands, or its key; what isn't there is where it would belong. */
  locate(path: readonly PropertyKey[], part: 'key' | 'value'): Position;
}

/** In words of our own: the parser's messages quote the text, which may be a secret. */
const MESSAGES: Record<string, string> = {
  BAD_ALIAS: 'this alias (*) names nothing that stands before it',
  BAD_INDENT:
    'the indentation is wrong (all keys of one map begin in the same column), or a bracket before it is not closed',
  DUPLICATE_KEY: 'this key stands here twice: keep one of them',
  MULTIPLE_DOCS: 'a second YAML document begins here: the file holds one',
  TAB_AS_INDENT: 'tabs can not indent YAML: use spaces',
  TAG_RESOLVE_FAILED: 'tags (!) are not used in this file: write the plain value',
};
const OTHER = `this is not valid YAML: check the quotes, brackets and colons (inside { } and [ ] a \${NAME} needs quotes)`;

/** Reads one YAML document, so that every value can be pointed at. Its messages never quote the text. */
export function parseYaml(text: string): ParsedYaml {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, schema: 'failsafe' });
  const toPosition = (offset: number): Position => {
    const { line, col } = lines.linePos(offset);
    return { line: Math.max(1, line), column: Math.max(1, col) };
  };
  const found = [...document.errors, ...document.warnings, ...findLooseAliases(document)].map((error) => ({
    ...toPosition(error.pos[0]),
    message: MESSAGES[error.code] ?? OTHER,
  }));
  // What follows on the same line follows from the first.
  const problems = found.filter(({ line }, index) => found.findIndex((one) => one.line === line) === index);
  return {
    ...toValue(document, problems),
    locate: (path, part) => toPosition(findOffset(document, path, part)),
  };
}

/** The parser finds an alias of nothing only when it makes values, and then doesn't say where. */
function findLooseAliases(document: Document.Parsed): { code: string; pos: [number] }[] {
  const found: { code: string; pos: [number] }[] = [];
  visit(document, {
    Alias(_, node) {
      if (node.resolve(document) === undefined) found.push({ code: 'BAD_ALIAS', pos: [offsetOf(node) ?? 0] });
    },
  });
  return found;
}

/** Aliases that multiply make the parser throw only here. */
function toValue(
  document: Document.Parsed,
  problems: readonly YamlProblem[],
): Pick<ParsedYaml, 'value' | 'problems'> {
  if (problems.length > 0) return { value: null, problems };
  try {
    return { value: document.toJS(), problems };
  } catch {
    return {
      value: null,
      problems: [{ line: 1, column: 1, message: 'the aliases (*) can not be followed' }],
    };
  }
}

function findOffset(document: Document.Parsed, path: readonly PropertyKey[], part: 'key' | 'value'): number {
  let node: unknown = document.contents;
  let offset = offsetOf(node) ?? 0;
  for (const [index, segment] of path.entries()) {
    if (isAlias(node)) node = node.resolve(document);
    let key: unknown = null;
    if (isMap(node)) {
      const pair = node.items.find((one) => isScalar(one.key) && one.key.value === segment);
      key = pair?.key;
      node = pair?.value;
    } else {
      node = isSeq(node) ? node.items[Number(segment)] : null;
    }
    const isLast = index === path.length - 1;
    const found = isLast && part === 'key' && key ? offsetOf(key) : (offsetOf(node) ?? offsetOf(key));
    if (found === null) return offset;
    // Below a key, what is missing is best looked for at the key.
    offset = isLast ? found : (offsetOf(key) ?? found);
  }
  return offset;
}

function offsetOf(node: unknown): number | null {
  if (isScalar(node) || isMap(node) || isSeq(node) || isAlias(node)) return node.range?.[0] ?? null;
  return null;
}
