import { foldLoosely } from '../domain/fold-name.ts';
import type { Pipeline, Plugin, Project } from './model.ts';
import { beforeColon, NameIndex, nameOfStore, namesOfPipeline } from './name-index.ts';
import { planChanges } from './plan/plan.ts';
import type { Plan, Subject } from './plan/plan-model.ts';

/** A pipeline whose file or components changed. */
export interface ChangedPipeline {
  /** Relative to the root of the repository. */
  readonly path: string;
  /** All its names, folded by `foldLoosely`. */
  readonly names: readonly string[];
}

/** The pipelines that a step between two versions changes, in the order of their files; all of a first version. */
export function findChangedPipelines(before: Project | null, after: Project): ChangedPipeline[] {
  const plan = planChanges(before, after);
  const names = new NameIndex(after);
  const isChanged = (pipeline: Pipeline) =>
    before?.files.get(pipeline.path)?.sha !== after.files.get(pipeline.path)?.sha ||
    listNames(pipeline).some((name) => isComponentChanged(name, names, plan));
  return after.pipelines.filter(isChanged).map((pipeline) => ({
    path: pipeline.path,
    names: namesOfPipeline(pipeline).map(foldLoosely),
  }));
}

/** Its components, and the components that its actions call. */
function listNames({ components, actions }: Pipeline): string[] {
  return [...components.map(({ text }) => text), ...actions.map(({ text }) => beforeColon(text))];
}

function isComponentChanged(name: string, names: NameIndex, plan: Plan): boolean {
  const component = names.findComponent(name);
  if (component?.kind === 'plugin') return component.plugins.some((one) => isPluginChanged(one, names, plan));
  const { store = null } = component ?? {};
  if (store === null) return false;
  const plugin = store.dataPlugin?.text ?? '';
  return isAmong(plan, 'data store', nameOfStore(store)) || isComponentChanged(plugin, names, plan);
}

/** A plugin changes with the one that it inherits from. */
function isPluginChanged(plugin: Plugin, names: NameIndex, plan: Plan): boolean {
  let one: Plugin | undefined = plugin;
  for (const seen = new Set<Plugin>(); one && !seen.has(one); one = names.parentOf(one)) {
    if (isAmong(plan, 'plugin', `${one.type}/${one.name?.text ?? ''}`)) return true;
    seen.add(one);
  }
  return false;
}

function isAmong({ items }: Plan, subject: Subject, name: string): boolean {
  return items.some((item) => item.subject === subject && item.name === name);
}
