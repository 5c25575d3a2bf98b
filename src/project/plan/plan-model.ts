import type { Project } from '../model.ts';
import type { NameIndex } from '../name-index.ts';

/** What two versions of a project differ in. */
export interface Plan {
  /** Those with a warning first, then by subject and name. */
  readonly items: readonly PlanItem[];
  /** Changed files in the directory that no item explains. */
  readonly otherFiles: number;
}

export interface PlanItem {
  readonly subject: Subject;
  readonly name: string;
  readonly change: 'added' | 'removed' | 'renamed' | 'changed' | 'unreadable';
  /** What people may regret, in words; null for most. */
  readonly warning: string | null;
  readonly details: readonly PlanDetail[];
  /** Files that this explains. */
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

/** Values of settings are never in a plan: of those only the keys are named. */
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

/** What all parts of a plan are made of. */
export interface Step {
  readonly before: Project | null;
  readonly after: Project;
  /** Files that were added, removed or changed. */
  readonly changed: ReadonlySet<string>;
  /** Files that can't be read in one of the two versions: nothing is said of what they hold. */
  readonly unreadable: ReadonlySet<string>;
  /** A workspace file can't be read, so a pipeline that seems to be gone may be in another folder. */
  readonly areFoldersUnknown: boolean;
  readonly names: {
    readonly before: NameIndex | null;
    readonly after: NameIndex;
  };
}
