import { setImmediate } from 'node:timers/promises';
import type { FileKind, LeftOut, YamlProblem } from './model.ts';
import type { ParsedFiles } from './parsed-files.ts';
import type { ProjectSource, SourceFile } from './project-source.ts';
import type { YamlFile } from './yaml-file.ts';
import { YamlNode } from './yaml-node.ts';

/** More than ten times the largest known project. */
export const MOST_FILES = 2_000;
export const MOST_BYTES = 4 * 1024 * 1024;
export const MOST_FILE_BYTES = 256 * 1024;

/** Ordinary projects take a tenth of this. Stops files that were written to keep the parser busy. */
const LONGEST_READ_MS = 2_000;
/** The processor time before other work gets a turn. */
const TURN_MS = 20;

/** A file and the kind to read it as. */
export interface Selected {
  readonly kind: FileKind;
  readonly file: SourceFile;
}

/** Reads the files of a project within bounds. */
export class ProjectFiles {
  readonly problems: YamlProblem[] = [];
  readonly incomplete = new Set<FileKind>();
  readonly leftOut: LeftOut[] = [];
  readonly #source: ProjectSource;
  readonly #parsed: ParsedFiles;
  readonly #read = new Map<string, { readonly kind: FileKind; readonly file: YamlFile }>();
  readonly #seen = new Set<string>();
  #bytes = 0;
  #spentMs = 0;

  constructor(source: ProjectSource, parsed: ParsedFiles) {
    this.#source = source;
    this.#parsed = parsed;
  }

  /** Skips files that were read before, so each has one kind. */
  async read(selected: readonly Selected[]): Promise<void> {
    const wanted = selected.filter((one) => this.#mayRead(one));
    if (wanted.length === 0) return;
    const texts = await this.#source.readTexts(wanted.map(({ file }) => file));
    for (const { kind, file } of wanted) {
      const text = texts.get(file.path);
      if (text === undefined) this.#leaveOut(kind, file, 'it could not be read');
      else if (this.#spentMs > LONGEST_READ_MS) this.#leaveOut(kind, file, 'reading the files took too long');
      else await this.#parse(kind, file, text);
    }
  }

  filesOf(wanted: FileKind): YamlFile[] {
    return [...this.#read.values()].filter(({ kind }) => kind === wanted).map(({ file }) => file);
  }

  rootsOf(kind: FileKind): YamlNode[] {
    return this.filesOf(kind).map((file) => new YamlNode(file));
  }

  get texts(): readonly YamlFile[] {
    return [...this.#read.values()].map(({ file }) => file);
  }

  #mayRead({ kind, file }: Selected): boolean {
    if (this.#seen.has(file.path)) return false;
    this.#seen.add(file.path);
    const why = this.#findBound(file);
    if (why !== null) this.#leaveOut(kind, file, why);
    else this.#bytes += file.bytes;
    return why === null;
  }

  #findBound({ bytes }: SourceFile): string | null {
    if (bytes > MOST_FILE_BYTES) return `it is larger than ${MOST_FILE_BYTES / 1024} KiB`;
    if (this.#bytes + bytes > MOST_BYTES) return `the files hold more than ${MOST_BYTES / 1024 / 1024} MiB`;
    return this.#seen.size > MOST_FILES ? `there are more than ${MOST_FILES} files` : null;
  }

  async #parse(kind: FileKind, file: SourceFile, text: string): Promise<void> {
    const began = process.threadCpuUsage();
    this.#add(kind, file, this.#parsed.parse(file, text));
    const { user, system } = process.threadCpuUsage(began);
    const spentMs = this.#spentMs + (user + system) / 1_000;
    const isTurnOver = Math.floor(spentMs / TURN_MS) > Math.floor(this.#spentMs / TURN_MS);
    this.#spentMs = spentMs;
    if (isTurnOver) await setImmediate();
  }

  #add(kind: FileKind, source: SourceFile, file: YamlFile): void {
    const { isReadable, isOverLimit, problems } = file.content;
    if (isOverLimit) {
      const why = problems.found[0]?.message ?? '';
      this.#leaveOut(kind, source, why.replace(/^The file/, 'it').replace(/\.$/, ''));
      return;
    }
    if (isReadable) this.#read.set(file.path, { kind, file });
    else this.#markIncomplete(kind);
    for (const { line, column, message } of isReadable ? problems.found : problems.found.slice(0, 1)) {
      this.problems.push({
        place: {
          path: file.path,
          locate: () => ({ line, column }),
        },
        message,
        isKeyTwice: isReadable,
      });
    }
  }

  #leaveOut(kind: FileKind, { path }: SourceFile, why: string): void {
    this.leftOut.push({ path, why });
    this.#markIncomplete(kind);
  }

  /** `workspace.yml` names the folders of pipelines and data stores, so without it these are incomplete too. */
  #markIncomplete(kind: FileKind): void {
    for (const one of kind === 'workspace' ? (['workspace', 'pipeline', 'store'] as const) : [kind]) {
      this.incomplete.add(one);
    }
  }
}
