import type { FileKind, Project } from '../model.ts';
import type { NameIndex } from '../name-index.ts';
import type { Place } from '../yaml-file.ts';

/**
 * `error`: fails for certain, or is certainly ignored. `warning`: probably a mistake. `note`: worth knowing; it is never an
 * annotation and doesn't change the conclusion.
 */
export type Level = 'error' | 'warning' | 'note';

export interface Problem {
  readonly place: Place;
  /** Without a full stop; it may quote names, never values of settings. */
  readonly message: string;
}

/** Files over those of the example project; null removes one. */
export type Example = Readonly<Record<string, string | null>>;

export interface Rule {
  /** Stable: people search for it. */
  readonly code: string;
  readonly level: Level;
  /** A sentence for the documentation. */
  readonly text: string;
  /** Kinds of files that it compares with others. It is skipped if one of them can't be read. */
  readonly needs: readonly FileKind[];
  check(project: Project, names: NameIndex): Iterable<Problem>;
  readonly wrong: Example;
  /** Where `wrong` is wrong: `path:line`. */
  readonly at: string;
  readonly right: Example;
}
