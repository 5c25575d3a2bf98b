import type { Project, Store, WorkspaceFile } from '../model.ts';
import { nameOfStore } from '../name-index.ts';
import { diffOtherKeys, diffText } from './details.ts';
import { changeOf, type Pair, pairBy } from './pair-named.ts';
import type { PlanItem, Step } from './plan-model.ts';

/** Settings of a workspace whose values may be shown. */
const SHOWN = ['name', 'default_environment', 'default_data_store', 'state_data_store', 'pipelines_image'];
const STORES = ['default_data_store', 'state_data_store'];

export function planStores(step: Step): PlanItem[] {
  if (step.areFoldersUnknown) return [];
  const list = (project: Project | null) =>
    project?.stores.filter(({ path }) => !step.unreadable.has(path)) ?? [];
  const pairs = pairBy(list(step.before), list(step.after), nameOfStore);
  const isOneNew = pairs.some(({ before }) => before === null);
  return pairs.flatMap((pair) => planStore(pair, isOneNew));
}

/** `isOneNew`: a store is added. */
function planStore(pair: Pair<Store>, isOneNew: boolean): PlanItem[] {
  const { before, after, key } = pair;
  const plugin = diffText('data_plugin', before?.dataPlugin, after?.dataPlugin);
  const details = [
    ...plugin,
    ...diffOtherKeys(before?.node ?? null, after?.node ?? null, ['name', 'data_plugin']),
  ];
  if (before !== null && after !== null && details.length === 0) return [];
  return [
    {
      subject: 'data store',
      name: key,
      change: changeOf(pair),
      warning: warnOfStore(pair, plugin.length > 0, isOneNew),
      details: after === null ? [] : details,
      files: [before, after].flatMap((one) => one?.path ?? []),
    },
  ];
}

/** Warns of a store with another plugin, and of one that is removed while another is added. */
function warnOfStore({ before, after }: Pair<Store>, isOther: boolean, isOneNew: boolean): string | null {
  if (before === null) return null;
  if (after === null) return isOneNew ? 'the data store is exchanged' : null;
  return isOther ? 'what it loads into is exchanged' : null;
}

export function planWorkspaceFiles(step: Step): PlanItem[] {
  const list = (project: Project | null) =>
    project?.workspaceFiles.filter(({ node }) => !step.unreadable.has(node.file.path)) ?? [];
  return pairBy(list(step.before), list(step.after), ({ node }) => node.file.path).flatMap(planWorkspaceFile);
}

function planWorkspaceFile(pair: Pair<WorkspaceFile>): PlanItem[] {
  const [before, after] = [pair.before?.node ?? null, pair.after?.node ?? null];
  const shown = SHOWN.flatMap((key) => diffText(key, before?.get(key).toText(), after?.get(key).toText()));
  const details = [...shown, ...diffOtherKeys(before, after, SHOWN)];
  if (before !== null && after !== null && details.length === 0) return [];
  const isExchanged = STORES.some(
    (key) =>
      before?.get(key).toText() && after && before.get(key).toText()?.text !== after.get(key).toText()?.text,
  );
  return [
    {
      subject: 'workspace',
      name: pair.key,
      change: changeOf(pair),
      warning: isExchanged ? 'a data store is exchanged' : null,
      details: after === null ? [] : details,
      files: [pair.key],
    },
  ];
}
