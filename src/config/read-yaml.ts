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
import { describeYamlError, findMistake } from './describe-yaml-error.ts';
import { type KeyPath, ProblemList, type TextRange } from './file-problem.ts';

export interface YamlLimits {
  readonly deepest: number;
  /** Counted with what aliases repeat. */
  readonly mostValues: number;
  /** The parser takes seconds over a large file of nothing but brackets. */
  readonly mostTokens: number;
}

/** No section of a configuration is deeper than 4. A list that fills the largest file has some 26,000 tokens. */
const CONFIGURATION_LIMITS: YamlLimits = {
  deepest: 16,
  mostValues: 10_000,
  mostTokens: 30_000,
};
/** The lexer adds marks of its own, but fewer than there are characters. */
const TOKENS_PER_CHARACTER = 2;

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
  /** False if `value` lacks something because of a problem; a key that is there twice leaves the file readable. */
  readonly isReadable: boolean;
  /** Where the value of a path stands; the nearest section around it when there is none. */
  locate(path: KeyPath): Place;
  readonly problems: ProblemList;
}

/** Reads YAML 1.2 with its core types only: no tags of one's own, no key twice, no aliases that blow up. Never throws. */
export function readYaml(text: string, limits: YamlLimits = CONFIGURATION_LIMITS): YamlContent {
  const lines = new LineCounter();
  const problems = new ProblemList(text, lines);
  const visitor = new NodeVisitor(text, problems, limits);
  const fail = (range: TextRange, message: string, path: KeyPath): YamlContent => {
    problems.add(range, message, path);
    return {
      value: null,
      isReadable: false,
      locate: (wanted) => visitor.find(wanted),
      problems,
    };
  };
  if (hasTooManyTokens(text, limits.mostTokens)) return fail([0, 0], TOO_MANY, []);
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
      problems.add(findMistake(error, document, text), describeYamlError(error, text), []);
    }
    const value = problems.found.length > 0 ? null : visitor.visit(document.contents, []);
    return {
      value,
      isReadable: problems.found.length === visitor.keysTwice,
      locate: (path) => visitor.find(path),
      problems,
    };
  } catch (error) {
    if (error instanceof TooMuch) return fail(error.range, error.message, error.path);
    // Brackets in brackets in brackets: the parser calls itself for each.
    if (error instanceof RangeError) return fail([0, 0], TOO_DEEP, []);
    throw error;
  }
}

/** In linear time, and no further than it takes. */
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
  readonly #limits: YamlLimits;
  readonly #anchors = new Map<string, Node>();
  #root: unknown = null;
  #values = 0;
  keysTwice = 0;

  constructor(text: string, problems: ProblemList, limits: YamlLimits) {
    this.#text = text;
    this.#problems = problems;
    this.#limits = limits;
  }

  find(path: KeyPath): Place {
    let node = this.#root;
    let place: Place = { value: isNode(node) ? rangeOf(node) : [0, 0], key: null };
    for (const part of path) {
      if (isAlias(node)) node = this.#anchors.get(node.source);
      const pair = isMap(node)
        ? node.items.find(({ key }) => isScalar(key) && String(key.value) === part)
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
    if (path.length === 0) this.#root = node;
    this.#values += 1;
    if (this.#values > this.#limits.mostValues) {
      throw new TooMuch('The file holds too many values.', this.find(path).value, path);
    }
    if (path.length > this.#limits.deepest) throw new TooMuch(TOO_DEEP, this.find(path).value, path);
    if (isAlias(node)) return this.#visitAlias(node, path);
    if (isNode(node) && 'anchor' in node && node.anchor) this.#anchors.set(node.anchor, node);
    if (isScalar(node)) return node.value;
    if (isSeq(node)) return node.items.map((item, index) => this.visit(item, [...path, index]));
    return isMap(node) ? this.#visitMap(node.items, path) : null;
  }

  #visitMap(pairs: readonly Pair[], path: KeyPath): Record<string, unknown> {
    const result: Record<string, unknown> = Object.create(null);
    const seen = new Set<string>();
    for (const { key, value } of pairs) {
      const range = isNode(key) ? rangeOf(key) : this.find(path).value;
      if (!isScalar(key) || key.value === null) {
        this.#problems.add(range, 'A key must be a plain word.', path);
        continue;
      }
      const name = String(key.value);
      const inner = [...path, name];
      if (seen.has(name)) {
        this.keysTwice += 1;
        this.#problems.add(
          range,
          `The key ${quoteText(name)} is in this section twice: keep one of the two.`,
          inner,
        );
        continue;
      }
      seen.add(name);
      result[name] = this.visit(value, inner);
    }
    return result;
  }

  #visitAlias(alias: Alias, path: KeyPath): unknown {
    const target = this.#anchors.get(alias.source);
    if (target) return this.visit(target, path);
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
