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
} from 'yaml';
import { quoteText } from './describe-found.ts';
import { describeYamlError } from './describe-yaml-error.ts';
import { type KeyPath, ProblemList, type TextRange } from './file-problem.ts';

/** No section of the file is deeper than 4. */
const DEEPEST = 16;
/** Counted with what aliases repeat. */
const MOST_VALUES = 10_000;

/** A list that fills the largest file has some 26,000. The parser takes seconds over one of nothing but brackets. */
const MOST_TOKENS = 30_000;

const TOO_MANY = 'The file holds more brackets, commas and the like than any configuration needs.';
const TOO_DEEP = 'The file is nested too deeply.';

/** Where a value stands, and its key. */
interface Place {
  readonly value: TextRange;
  readonly key: TextRange | null;
}

export interface YamlContent {
  /** Plain objects without a prototype, lists and scalars; null for an empty file. */
  readonly value: unknown;
  /** Where the value of a path stands; the nearest section around it when there is none. */
  locate(path: KeyPath): Place;
  readonly problems: ProblemList;
}

/** Reads YAML 1.2 with its core types only: no tags of one's own, no key twice, no aliases that blow up. Never throws. */
export function readYaml(text: string): YamlContent {
  const lines = new LineCounter();
  const problems = new ProblemList(text, lines);
  const visitor = new NodeVisitor(text, problems);
  const locate = (path: KeyPath) => visitor.find(path);
  if (hasTooManyTokens(text)) {
    problems.add([0, 0], TOO_MANY, []);
    return { value: null, locate, problems };
  }
  try {
    const document = parseDocument(text, {
      lineCounter: lines,
      prettyErrors: false,
      schema: 'core',
      resolveKnownTags: false,
      merge: false,
      // Compares each key with all others; the visitor has a quicker way.
      uniqueKeys: false,
    });
    // What follows the first error is mostly its consequence. Warnings stand alone.
    for (const error of document.errors.length > 0 ? document.errors.slice(0, 1) : document.warnings) {
      problems.add(error.pos, describeYamlError(error, text), []);
    }
    const value = problems.found.length > 0 ? null : visitor.visit(document.contents, [], null);
    return { value, locate, problems };
  } catch (error) {
    if (error instanceof TooMuch) problems.add(error.range, error.message, error.path);
    // Brackets in brackets in brackets: the parser calls itself for each.
    else if (error instanceof RangeError) problems.add([0, 0], TOO_DEEP, []);
    else throw error;
    return { value: null, locate, problems };
  }
}

/** In linear time, and no further than it takes. */
function hasTooManyTokens(text: string): boolean {
  let count = 0;
  for (const _ of new Lexer().lex(text)) {
    count += 1;
    if (count > MOST_TOKENS) return true;
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
  readonly #places = new Map<string, Place>();
  readonly #anchors = new Map<string, Node>();
  #values = 0;

  constructor(text: string, problems: ProblemList) {
    this.#text = text;
    this.#problems = problems;
  }

  find(path: KeyPath): Place {
    for (let length = path.length; length >= 0; length -= 1) {
      const place = this.#places.get(JSON.stringify(path.slice(0, length)));
      if (place) return place;
    }
    return { value: [0, 0], key: null };
  }

  /** The plain value of a node; its place and those of all within are noted. */
  visit(node: unknown, path: KeyPath, key: TextRange | null): unknown {
    const value = isNode(node) ? rangeOf(node) : (key ?? [0, 0]);
    const name = JSON.stringify(path);
    if (!this.#places.has(name)) this.#places.set(name, { value, key });
    this.#values += 1;
    if (this.#values > MOST_VALUES) throw new TooMuch('The file holds too many values.', value, path);
    if (path.length > DEEPEST) throw new TooMuch(TOO_DEEP, value, path);
    if (isAlias(node)) return this.#visitAlias(node, path);
    if (isNode(node) && 'anchor' in node && node.anchor) this.#anchors.set(node.anchor, node);
    if (isScalar(node)) return node.value;
    if (isSeq(node)) return node.items.map((item, index) => this.visit(item, [...path, index], null));
    return isMap(node) ? this.#visitMap(node.items, path) : null;
  }

  #visitMap(pairs: readonly Pair[], path: KeyPath): Record<string, unknown> {
    const result: Record<string, unknown> = Object.create(null);
    const seen = new Map<string, TextRange>();
    for (const { key, value } of pairs) {
      const range = isNode(key) ? rangeOf(key) : this.find(path).value;
      if (!isScalar(key) || key.value === null) {
        this.#problems.add(range, 'A key must be a plain word.', path);
        continue;
      }
      const name = String(key.value);
      const inner = [...path, name];
      if (seen.has(name)) {
        this.#problems.add(
          range,
          `The key ${quoteText(name)} is in this section twice: keep one of the two.`,
          inner,
        );
        continue;
      }
      seen.set(name, range);
      result[name] = this.visit(value, inner, range);
    }
    return result;
  }

  #visitAlias(alias: Alias, path: KeyPath): unknown {
    const target = this.#anchors.get(alias.source);
    if (target) return this.visit(target, path, null);
    const [from, to] = rangeOf(alias);
    const written = quoteText(this.#text.slice(from, to));
    this.#problems.add(
      [from, to],
      `${written} begins with *, which YAML takes for the name of an anchor: put it in quotes.`,
      path,
    );
    return null;
  }
}

function rangeOf(node: Node): TextRange {
  return node.range ? [node.range[0], node.range[1]] : [0, 0];
}
