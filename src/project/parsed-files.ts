import { BoundedCache } from '../domain/bounded-cache.ts';
import type { SourceFile } from './project-source.ts';
import { YamlFile } from './yaml-file.ts';

/** The length of cached files in characters, each of which takes some 35 bytes of memory when it is parsed. */
const MOST_KEPT = 512 * 1024;

/** A cache of parsed files. Two commits mostly have the same files. */
export class ParsedFiles {
  readonly #kept = new BoundedCache<YamlFile>(MOST_KEPT);

  parse({ path, sha }: SourceFile, text: string): YamlFile {
    const known = sha === '' ? undefined : this.#kept.get(sha);
    if (known?.isOf(text)) return known.at(path);
    const file = new YamlFile(path, text);
    if (sha !== '') this.#kept.set(sha, file, text.length);
    return file;
  }
}
