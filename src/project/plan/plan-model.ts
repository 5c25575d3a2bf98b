import type { Project } from '../model.ts';
import type { NameIndex } from '../name-index.ts';

/** The differences between two versions of a project. */
export interface Plan {
  /** Items with a warning first, then by subject and name. */
  readonly items: readonly PlanItem[];
  /** Changed files in the directory that no item explains. */
  readonly otherFiles: number;
}

export interface PlanItem {
  readonly subject: Subject;
  readonly name: string;
  readonly change: 'added' | 'removed' | 'renamed' | 'changed' | 'unreadable';
  /** A risk of the change, in words; null for most. */
  readonly warning: string | null;
  readonly details: readonly PlanDetail[];
  /** The files whose changes this item explains. */
  readonly files: readonly string[];
}

export type Subject = (typeof SUBJECTS)[number];

export const SUBJECTS = [
  'file',
  'pipeline',
  'plugin',
  'lock file',
  'data store',
  'job',
  'schedule',
  'environment',
  'workspace',
  'project',
] as const;

/** A plan never contains the values of settings, only their keys. */
export type PlanDetail =
  | {
      readonly kind: 'value';
      readonly label: string;
      readonly before: string | null;
      readonly after: string | null;
    }
  | {
      readonly kind: 'list';
      readonly label: string;
      readonly added: readonly string[];
      readonly removed: readonly string[];
    }
  | { readonly kind: 'keys'; readonly keys: readonly string[] };

/** The input of all parts of a plan. */
export interface Step {
  readonly before: Project | null;
  readonly after: Project;
  /** Files that were added, removed or changed. */
  readonly changed: ReadonlySet<string>;
  /** Files that can't be read in one of the versions. Their contents aren't planned. */
  readonly unreadable: ReadonlySet<string>;
  /** A workspace file can't be read, so pipelines may be in other folders. */
  readonly areFoldersUnknown: boolean;
  readonly names: {
    readonly before: NameIndex | null;
    readonly after: NameIndex;
  };
}
