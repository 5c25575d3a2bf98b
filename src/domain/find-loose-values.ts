import type { ConfigurationProblem } from './configuration-in-use.ts';
import type { FeltLimit } from './limit-rules.ts';
import { meansWorkspace } from './refer-to-workspace.ts';
import {
  listFeltCommandLimits,
  listFeltLimits,
  type RepositoryConfiguration,
  type WrittenPlace,
} from './repository-configuration.ts';
import type { Workspace } from './workspace.ts';

interface LooseValue {
  readonly place: WrittenPlace;
  readonly words: string;
  /** The workspaces that the limit concerns; null: the whole repository. */
  readonly workspaces: string[] | null;
}

/** The values of the file in place of which the operator's limits hold. */
export function findLooseValues(
  configuration: RepositoryConfiguration,
  workspaces: readonly Workspace[],
): ConfigurationProblem[] {
  const found: LooseValue[] = [];
  for (const { words, ...key } of listFeltCommandLimits(configuration)) {
    const place = findPlace(configuration, key, null);
    if (place) found.push({ place, words, workspaces: null });
  }
  for (const workspace of workspaces) {
    const index = configuration.workspaces.findIndex((one) => meansWorkspace(one.workspace, workspace));
    for (const { words, ...key } of listFeltLimits(configuration, workspace)) {
      const place = findPlace(configuration, key, index) ?? findPlace(configuration, key, null);
      if (!place) continue;
      const same = found.find((one) => one.place === place && one.words === words);
      if (same) same.workspaces?.push(workspace.name);
      else found.push({ place, words, workspaces: [workspace.name] });
    }
  }
  return found
    .map((one) => describe(one, workspaces.length))
    .sort((a, b) => a.line - b.line || a.column - b.column);
}

function findPlace(
  { places }: RepositoryConfiguration,
  { section, key }: Omit<FeltLimit, 'words'>,
  entry: number | null,
): WrittenPlace | undefined {
  return places.find((one) => one.section === section && one.key === key && one.entry === entry);
}

function describe({ place, words, workspaces }: LooseValue, count: number): ConfigurationProblem {
  const { line, column, endLine, path, entry } = place;
  const isForAll = entry !== null || workspaces === null || workspaces.length === count;
  const concerned = isForAll ? '' : ` for ${workspaces.map((one) => JSON.stringify(one)).join(', ')}`;
  return {
    line,
    column,
    ...(endLine !== undefined && { endLine }),
    path,
    message: `${path}: the operator ${words}${concerned}.`,
  };
}
