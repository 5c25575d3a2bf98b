import type { Workspace } from '../domain/workspace.ts';

/**
 * The workspaces of one repository. Those of a list in memory that aren't enough (what is looked for may have been set up
 * a moment ago) count only once a younger list was read. Throws when they can't be read now.
 */
export type ListWorkspaces = (
  isEnough: (known: readonly Workspace[]) => boolean,
) => Promise<readonly Workspace[]>;
