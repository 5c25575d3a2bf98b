import { foldName } from '../domain/fold-name.ts';
import { meansWorkspace } from '../domain/refer-to-workspace.ts';
import type { NamedWorkspace } from '../domain/workspace.ts';
import { listChoices, quoteText } from './describe-found.ts';
import { formatKeyPath } from './file-problem.ts';
import type { YamlContent } from './read-yaml.ts';
import { MOST_WORKSPACES } from './repository-configuration-schema.ts';
import { suggestName } from './suggest-name.ts';

/** Most of the repository's workspaces that a message lists. */
const MOST_NAMED = 5;

/**
 * Checks that each entry of `workspaces` refers to one workspace of the repository, and no two entries to the same. Without a
 * list of workspaces it only finds repeated names.
 */
export function checkWorkspaceNames(
  content: YamlContent,
  workspaces: readonly NamedWorkspace[] | null,
): void {
  const meant = new Map<string, string>();
  for (const [index, name] of listNames(content.value)) {
    const path = ['workspaces', index, 'workspace'];
    const report = (message: string) =>
      content.problems.add(content.locate(path).value, `${formatKeyPath(path)}: ${message}`, path);
    const found = workspaces?.filter((workspace) => meansWorkspace(name, workspace)) ?? null;
    if (found !== null && found.length !== 1) {
      report(found.length === 0 ? describeNone(name, workspaces ?? []) : describeSeveral(name, found));
      continue;
    }
    const key = found?.[0]?.id ?? foldName(name);
    const earlier = meant.get(key);
    if (earlier === undefined) meant.set(key, `workspaces[${index}]`);
    else report(`${quoteText(name)} is the workspace of ${earlier} already: put both into one entry.`);
  }
}

/** The names as written, with their indexes. The file may have other problems. */
function listNames(file: unknown): (readonly [number, string])[] {
  const entries = (file as { workspaces?: unknown } | null)?.workspaces;
  if (!Array.isArray(entries)) return [];
  return entries
    .slice(0, MOST_WORKSPACES)
    .flatMap((entry: { workspace?: unknown } | null, index) =>
      typeof entry?.workspace === 'string' && entry.workspace.trim() !== ''
        ? [[index, entry.workspace] as const]
        : [],
    );
}

export function describeNone(name: string, workspaces: readonly NamedWorkspace[]): string {
  const start = `${quoteText(name)} is none of this repository's workspaces`;
  if (workspaces.length === 0)
    return `${start}: no workspace on Meltano Cloud that this app sees uses this repository.`;
  const meant = suggestName(
    name,
    workspaces.flatMap(({ name, alias }) => (alias === null ? [name] : [name, alias])),
  );
  if (meant !== null) return `${start}. Did you mean ${quoteText(meant)}?`;
  const named = workspaces.slice(0, MOST_NAMED).map((workspace) => quoteText(workspace.name));
  const more = workspaces.length - named.length;
  return `${start}, which are ${named.join(', ')}${more > 0 ? ` and ${more} more` : ''}.`;
}

export function describeSeveral(name: string, found: readonly NamedWorkspace[]): string {
  const ids = found.slice(0, MOST_NAMED).map(({ id }) => id);
  return `${quoteText(name)} is ${found.length} workspaces of this repository: name one by its id, ${listChoices(ids)}.`;
}
