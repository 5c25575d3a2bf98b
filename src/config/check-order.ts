import { foldName } from '../domain/fold-name.ts';
import { meansWorkspace } from '../domain/refer-to-workspace.ts';
import type { NamedWorkspace } from '../domain/workspace.ts';
import { describeNone, describeSeveral } from './check-workspace-names.ts';
import { quoteText } from './describe-found.ts';
import { formatKeyPath, type KeyPath } from './file-problem.ts';
import type { YamlContent } from './read-yaml.ts';

interface KnownWorkspace extends NamedWorkspace {
  /** Null: the default branch; missing if unknown. */
  readonly branch?: string | null;
}

interface Link {
  readonly path: KeyPath;
  readonly from: string;
  readonly to: string;
  readonly name: string;
}

/**
 * Checks `workspaces[].after`: each name refers to another workspace of the repository on the same branch, and the entries
 * wait for each other in no circle. Without a list of workspaces it compares names only.
 */
export function checkOrder(content: YamlContent, workspaces: readonly KnownWorkspace[] | null): void {
  const links: Link[] = [];
  for (const { path, owner, name } of listNames(content.value)) {
    const report = (message: string) =>
      content.problems.add(content.locate(path).value, `${formatKeyPath(path)}: ${message}`, path);
    const find = (word: string) => workspaces?.filter((one) => meansWorkspace(word, one)) ?? null;
    const [found, own] = [find(name), find(owner)?.[0]];
    if (found !== null && found.length !== 1) {
      report(found.length === 0 ? describeNone(name, workspaces ?? []) : describeSeveral(name, found));
      continue;
    }
    const to = found?.[0];
    const link = { path, name, from: own?.id ?? foldName(owner), to: to?.id ?? foldName(name) };
    if (link.from === link.to) report(`${quoteText(name)} would wait for itself.`);
    else if (to?.branch && own?.branch && to.branch !== own.branch) {
      report(
        `${quoteText(name)} tracks another branch (${quoteText(to.branch)}), so it never deploys the same push.`,
      );
    } else links.push(link);
  }
  for (const { path, name, from, to } of links) {
    if (!leads(links, to, from)) continue;
    const message = `${quoteText(name)} waits for this workspace, too: neither would ever be deployed.`;
    content.problems.add(content.locate(path).value, `${formatKeyPath(path)}: ${message}`, path);
  }
}

/** True if `from` waits for `to`, perhaps by way of others. */
function leads(links: readonly Link[], from: string, to: string): boolean {
  const seen = new Set<string>();
  const next = [from];
  for (let one = next.pop(); one !== undefined; one = next.pop()) {
    if (one === to) return true;
    if (seen.has(one)) continue;
    seen.add(one);
    next.push(...links.filter((link) => link.from === one).map((link) => link.to));
  }
  return false;
}

/** The names as written. The file may have other problems. */
function listNames(file: unknown): { path: KeyPath; owner: string; name: string }[] {
  const entries = (file as { workspaces?: unknown } | null)?.workspaces;
  if (!Array.isArray(entries)) return [];
  return entries.flatMap((entry: { workspace?: unknown; after?: unknown } | null, index) => {
    const { workspace: owner, after } = entry ?? {};
    if (typeof owner !== 'string' || !Array.isArray(after)) return [];
    return after.flatMap((name: unknown, position) =>
      typeof name === 'string' && name.trim() !== ''
        ? [{ path: ['workspaces', index, 'after', position], owner, name }]
        : [],
    );
  });
}
