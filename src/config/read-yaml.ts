import {
  type Alias,
  isAlias,
  isMap,
  isNode,
  isScalar,
  isSeq,
  Lexer,
  LineCounter,
  type Node,
  type Pair,
  parseDocument,
  type Scalar,
} from 'yaml';
import {
  describeLooseAlias,
  describeRepeatedKey,
  describeYamlError,
  findMistake,
} from './describe-yaml-error.ts';
import { type KeyPath, ProblemList, type TextRange } from './file-problem.ts';

export interface YamlLimits {
  readonly mostBytes: number;
  readonly deepest: number;
  /** Includes the values that aliases repeat. */
  readonly mostValues: number;
  /** The parser needs seconds for a large file of brackets. */
  readonly mostTokens: number;
}

export interface YamlOptions {
  readonly limits: YamlLimits;
  /** By the path: false keeps a scalar as it is written (`007`, `no`), and an empty one is an empty text. */
  readonly isTyped: (path: KeyPath) => boolean;
  /** False: the file may hold secrets, so no message repeats its text. */
  readonly mayQuote: boolean;
}

/** The lexer adds tokens of its own, but fewer than there are characters. */
const TOKENS_PER_CHARACTER = 2;

const TOO_MANY = 'The file has more brackets, commas and other marks than it can need.';
const TOO_DEEP = 'The file is nested too deeply.';

/** The place of a value and of its key. */
interface Place {
  readonly value: TextRange;
  readonly key: TextRange | null;
}

export interface YamlContent {
  /** Plain objects without a prototype, lists and scalars; null for an empty file. */
  readonly value: unknown;
  /** False if `value` lacks something because of a problem; a repeated key leaves the file readable. */
  readonly isReadable: boolean;
  /** True if the file was not read because of a limit of this app, so it may be right. */
  readonly isOverLimit: boolean;
  /** The place of a path; if it doesn't exist, that of the nearest section around it. */
  locate(path: KeyPath): Place;
  readonly problems: ProblemList;
}

/** Reads a YAML 1.2 file: no tags, no repeated keys, limited size, nesting and aliases. Never throws. */
export function readYaml(source: string, options: YamlOptions): YamlContent {
  const text = source.startsWith('\uFEFF') ? source.slice(1) : source;
  const lines = new LineCounter();
  const problems = new ProblemList(text, lines);
  const visitor = new NodeVisitor(text, problems, options);
  const fail = ({ range, message, path = [], isOverLimit = true }: Refused): YamlContent => {
    problems.add(range, message, path);
    return {
      value: null,
      isReadable: false,
      isOverLimit,
      locate: (wanted) => visitor.find(wanted),
      problems,
    };
  };
  const { limits, mayQuote } = options;
  const unreadable = refuseText(text, limits, lines);
  if (unreadable) return fail(unreadable);
  try {
    const document = parseDocument(text, {
      lineCounter: lines,
      prettyErrors: false,
      schema: 'core',
      resolveKnownTags: false,
      merge: false,
      // The parser compares each key with all others; the visitor is faster.
      uniqueKeys: false,
    });
    // The errors after the first mostly follow from it. Warnings are independent of each other.
    for (const error of document.errors.length > 0 ? document.errors.slice(0, 1) : document.warnings) {
      problems.add(findMistake(error, document, text), describeYamlError(error, text, mayQuote), []);
    }
    const value = problems.found.length > 0 ? null : visitor.visit(document.contents, []);
    return {
      value,
      isReadable: problems.found.length === visitor.repeatedKeys,
      isOverLimit: document.errors[0]?.code === 'RESOURCE_EXHAUSTION',
      locate: (path) => visitor.find(path),
      problems,
    };
  } catch (error) {
    if (error instanceof TooMuch) return fail(error);
    // The parser is recursive, so deep nesting overflows the stack.
    if (error instanceof RangeError) return fail({ range: [0, 0], message: TOO_DEEP });
    throw error;
  }
}

interface Refused {
  readonly range: TextRange;
  readonly message: string;
  readonly path?: KeyPath;
  readonly isOverLimit?: boolean;
}

/** Refuses texts that the parser must not get. */
function refuseText(text: string, { mostBytes, mostTokens }: YamlLimits, lines: LineCounter): Refused | null {
  if (Buffer.byteLength(text) > mostBytes) {
    return { range: [0, 0], message: `The file is larger than ${mostBytes / 1024} KiB.` };
  }
  // Other encodings, such as UTF-16, leave these characters when they are decoded as UTF-8.
  const strange = text.search(/[\0\uFFFD]/);
  if (strange >= 0) {
    // The parser, which would count the lines, doesn't run.
    for (const line of [0, ...text.matchAll(/(?<=\n)/g).map(({ index }) => index)]) lines.addNewLine(line);
    return {
      range: [strange, strange],
      message: 'This character is not UTF-8 text: save the file as UTF-8.',
      isOverLimit: false,
    };
  }
  return hasTooManyTokens(text, mostTokens) ? { range: [0, 0], message: TOO_MANY } : null;
}

/** Stops at the limit. */
function hasTooManyTokens(text: string, most: number): boolean {
  if (text.length * TOKENS_PER_CHARACTER < most) return false;
  let count = 0;
  for (const _ of new Lexer().lex(text)) {
    count += 1;
    if (count > most) return true;
  }
  return false;
}

class TooMuch extends Error {
  readonly range: TextRange;
  readonly path: KeyPath;

  constructor(message: string, range: TextRange, path: KeyPath) {
    super(message);
    this.range = range;
    this.path = path;
  }
}

class NodeVisitor {
  readonly #text: string;
  readonly #problems: ProblemList;
  readonly #options: YamlOptions;
  readonly #anchors = new Map<string, Node>();
  #root: unknown = null;
  #values = 0;
  repeatedKeys = 0;

  constructor(text: string, problems: ProblemList, options: YamlOptions) {
    this.#text = text;
    this.#problems = problems;
    this.#options = options;
  }

  find(path: KeyPath): Place {
    let node = this.#root;
    let place: Place = { value: isNode(node) ? rangeOf(node) : [0, 0], key: null };
    for (const [depth, part] of path.entries()) {
      if (isAlias(node)) node = this.#anchors.get(node.source);
      const pair = isMap(node)
        ? node.items.find(({ key }) => isScalar(key) && this.#readKey(key, path.slice(0, depth)) === part)
        : null;
      const key = isNode(pair?.key) ? rangeOf(pair.key) : null;
      node = isSeq(node) ? node.items[Number(part)] : pair?.value;
      const value = isNode(node) ? rangeOf(node) : key;
      if (value === null) return place;
      place = { value, key };
    }
    return place;
  }

  /** The plain value of a node. */
  visit(node: unknown, path: KeyPath): unknown {
    const { limits, isTyped } = this.#options;
    if (path.length === 0) this.#root = node;
    this.#values += 1;
    if (this.#values > limits.mostValues) {
      throw new TooMuch('The file has too many values.', this.find(path).value, path);
    }
    if (path.length > limits.deepest) throw new TooMuch(TOO_DEEP, this.find(path).value, path);
    if (isAlias(node)) return this.#visitAlias(node, path);
    if (isNode(node) && 'anchor' in node && node.anchor) this.#anchors.set(node.anchor, node);
    if (isScalar(node)) return isTyped(path) ? node.value : (node.source ?? '');
    if (isSeq(node)) return node.items.map((item, index) => this.visit(item, [...path, index]));
    if (isMap(node)) return this.#visitMap(node.items, path);
    return isTyped(path) ? null : '';
  }

  #visitMap(pairs: readonly Pair[], path: KeyPath): Record<string, unknown> {
    const result: Record<string, unknown> = Object.create(null);
    const seen = new Set<string>();
    for (const { key, value } of pairs) {
      const range = isNode(key) ? rangeOf(key) : this.find(path).value;
      const name = isScalar(key) ? this.#readKey(key, path) : null;
      if (name === null) {
        this.#problems.add(range, 'A key must be a plain word.', path);
        continue;
      }
      const inner = [...path, name];
      if (seen.has(name)) {
        this.repeatedKeys += 1;
        this.#problems.add(range, describeRepeatedKey(this.#options.mayQuote ? name : null), inner);
        continue;
      }
      seen.add(name);
      result[name] = this.visit(value, inner);
    }
    return result;
  }

  /** Null if the key has no name. */
  #readKey(key: Scalar, path: KeyPath): string | null {
    if (!this.#options.isTyped(path)) return key.source ?? '';
    return key.value === null ? null : String(key.value);
  }

  #visitAlias(alias: Alias, path: KeyPath): unknown {
    const target = this.#anchors.get(alias.source);
    if (target) return this.visit(target, path);
    const range = rangeOf(alias);
    const written = this.#options.mayQuote ? this.#text.slice(...range) : null;
    this.#problems.add(range, describeLooseAlias(written), path);
    return null;
  }
}

function rangeOf(node: Node): TextRange {
  return node.range ? [node.range[0], node.range[1]] : [0, 0];
}
