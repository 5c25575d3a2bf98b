import type { KeyPath } from '../config/file-problem.ts';
import type { Place, Text, YamlFile } from './yaml-file.ts';

/** YAML's merge key: adds the keys of another mapping that this one doesn't have. */
const MERGE = '<<';

/** A value of a file. Reading never fails: a value of the wrong form reads as empty. */
export class YamlNode {
  readonly file: YamlFile;
  readonly path: KeyPath;
  readonly value: unknown;
  #entries: ReadonlyMap<string, YamlNode> | null = null;

  constructor(file: YamlFile, path: KeyPath = [], value: unknown = file.content.value) {
    this.file = file;
    this.path = path;
    this.value = value;
  }

  get form(): 'nothing' | 'text' | 'list' | 'mapping' {
    if (this.value === null || this.value === undefined) return 'nothing';
    if (Array.isArray(this.value)) return 'list';
    return typeof this.value === 'object' ? 'mapping' : 'text';
  }

  place(part: 'key' | 'value' = 'value'): Place {
    return this.file.placeOf(this.path, part);
  }

  /** The keys and values of a mapping, with merged ones. */
  entries(): ReadonlyMap<string, YamlNode> {
    this.#entries ??= this.#listEntries();
    return this.#entries;
  }

  get(key: string): YamlNode {
    return this.entries().get(key) ?? this.#child(key, null);
  }

  /** The entries of a list. */
  items(): YamlNode[] {
    return Array.isArray(this.value) ? this.value.map((item, index) => this.#child(index, item)) : [];
  }

  /** The entries of a list; any other value counts as a list of one, an empty one as none. */
  toList(): YamlNode[] {
    if (this.form === 'list') return this.items();
    return this.form === 'nothing' ? [] : [this];
  }

  /** A text, number or boolean as a text. */
  toText(): Text | null {
    if (this.form !== 'text') return null;
    return this.#toText(String(this.value), this.place());
  }

  /** The texts of a list and of nested lists. */
  toTexts(): Text[] {
    return this.toList().flatMap((item) => (item.form === 'list' ? item.toTexts() : (item.toText() ?? [])));
  }

  /** The words of a text or of a list's texts, each with its own place. */
  toWords(): Text[] {
    if (this.form !== 'text') return this.items().flatMap((item) => item.toWords());
    const words = String(this.value).match(/\S+/g) ?? [];
    return words.map((text, index) =>
      this.#toText(text, {
        path: this.file.path,
        locate: () => this.#placeOfWord(words, index).locate(),
      }),
    );
  }

  toKeys(): Text[] {
    return Array.from(this.entries(), ([text, node]) => ({
      text,
      place: node.place('key'),
      isOneLine: true,
    }));
  }

  #toText(text: string, place: Place): Text {
    const { file, path } = this;
    return {
      text,
      place,
      // A getter, since it is rarely needed.
      get isOneLine() {
        return !file.sourceOf(path).source.trimEnd().includes('\n');
      },
    };
  }

  /** Words have the same order in the source, with quotes and line breaks between them. */
  #placeOfWord(words: readonly string[], index: number): Place {
    const { source, offset } = this.file.sourceOf(this.path);
    let at = 0;
    for (const word of words.slice(0, index)) at = source.indexOf(word, at) + word.length;
    return this.file.placeAt(offset + Math.max(0, source.indexOf(words[index] ?? '', at)));
  }

  #listEntries(): Map<string, YamlNode> {
    const found = new Map<string, YamlNode>();
    if (this.form !== 'mapping') return found;
    const own = this.value as Readonly<Record<string, unknown>>;
    for (const key of Object.keys(own)) if (key !== MERGE) found.set(key, this.#child(key, own[key]));
    for (const node of MERGE in own ? this.#child(MERGE, own[MERGE]).toList() : []) {
      for (const [key, value] of node.entries()) if (!found.has(key)) found.set(key, value);
    }
    return found;
  }

  #child(part: string | number, value: unknown): YamlNode {
    return new YamlNode(this.file, [...this.path, part], value);
  }
}
