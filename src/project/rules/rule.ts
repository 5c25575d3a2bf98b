import type { FileKind, Project } from '../model.ts';
import type { NameIndex } from '../name-index.ts';
import { quoteName } from '../quote-name.ts';
import type { Place, Text } from '../yaml-file.ts';

/**
 * `error`: certainly fails or is ignored. `warning`: probably a mistake. `note`: information, without an annotation and
 * without an effect on the conclusion.
 */
export type Level = 'error' | 'warning' | 'note';

export interface Problem {
  readonly place: Place;
  /** Without a full stop. May quote names, never values of settings. */
  readonly message: string;
}

/** Files that replace those of the example project; null removes one. */
export type Example = Readonly<Record<string, string | null>>;

export interface Rule {
  /** Stable: people search for it. */
  readonly code: string;
  readonly level: Level;
  /** A sentence for the documentation. */
  readonly text: string;
  /** Kinds of files that the rule needs. It is skipped if one of these files can't be read. */
  readonly needs: readonly FileKind[];
  check(project: Project, names: NameIndex): Iterable<Problem>;
  readonly wrong: Example;
  /** The place of the mistake in `wrong`: `path:line`. */
  readonly at: string;
  readonly right: Example;
}

/** `name`: the part of the text that nothing has. */
export function describeUnknown(what: string, { text, place }: Text, name = text): Problem {
  return {
    place,
    message: `no ${what} is called ${quoteName(name)}`,
  };
}
