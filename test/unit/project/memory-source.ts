import { createHash } from 'node:crypto';
import type { ProjectSource, SourceFile } from '../../../src/project/project-source.ts';

/** A project of texts by path. */
export class MemorySource implements ProjectSource {
  readonly #texts: ReadonlyMap<string, string>;

  constructor(texts: ReadonlyMap<string, string>) {
    this.#texts = texts;
  }

  async listFiles(): Promise<SourceFile[]> {
    return Array.from(this.#texts, ([path, text]) => ({
      path,
      mode: '100644',
      type: 'blob',
      sha: createHash('sha1').update(text).digest('hex'),
      bytes: Buffer.byteLength(text),
    }));
  }

  async readTexts(files: readonly SourceFile[]): Promise<Map<string, string>> {
    return new Map(
      files.flatMap(({ path }) => (this.#texts.has(path) ? [[path, this.#texts.get(path) ?? '']] : [])),
    );
  }
}
