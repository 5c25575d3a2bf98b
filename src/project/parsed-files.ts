import { BoundedCache } from '../domain/bounded-cache.ts';
import type { SourceFile } from './project-source.ts';
import { YamlFile } from './yaml-file.ts';

/** The total length of cached files in characters. A parsed character takes about 35 bytes of memory. */
const MOST_KEPT = 512 * 1024;

/** A cache of parsed files, because most files are the same in two commits. */
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
