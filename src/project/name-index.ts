import { foldLoosely } from '../domain/fold-name.ts';
import { isNear } from './is-near.ts';
import { findLockFiles, formatStem, type NeededLock } from './lock-files.ts';
import type { Pipeline, Plugin, Project, Store } from './model.ts';

/** The data store that every workspace has, with or without a file. */
const OWN_STORE = 'warehouse';

/** Limits the comparison of unknown words with known ones. No ordinary project comes near. */
const MOST_COMPARISONS = 1_000_000;

/** The meaning of a component's name. `store` is null without a file. */
export type Component =
  | { readonly kind: 'plugin'; readonly plugins: readonly Plugin[] }
  | { readonly kind: 'store'; readonly store: Store | null };

/** Looks up the names of a project. */
export class NameIndex {
  readonly #project: Project;
  readonly #plugins: Map<string, Plugin[]>;
  readonly #stores = new Map<string, Store>();
  readonly #pipelines = new Map<string, Pipeline[]>();
  readonly #jobs: Set<string>;
  readonly #locks: Set<string>;
  readonly #mappings: Set<string>;
  #comparisons = 0;

  constructor(project: Project) {
    this.#project = project;
    this.#plugins = Map.groupBy(project.plugins, ({ name }) => name?.text ?? '');
    for (const store of project.stores) this.#stores.set(foldLoosely(nameOfStore(store)), store);
    for (const pipeline of project.pipelines) {
      for (const name of new Set(namesOfPipeline(pipeline).map(foldLoosely))) {
        this.#pipelines.set(name, [...(this.#pipelines.get(name) ?? []), pipeline]);
      }
    }
    this.#jobs = new Set(project.jobs.flatMap(({ name }) => name?.text ?? []));
    this.#locks = new Set(project.lockFiles.map(({ type, stem }) => `${type}/${stem}`));
    this.#mappings = new Set(project.plugins.flatMap(({ mappings }) => mappings));
  }

  /** Finds a component of a pipeline: a plugin by name or as `<type>/<name>--<variant>`, or a data store. */
  findComponent(name: string): Component | null {
    const plugins = this.findPlugins(name);
    if (plugins.length > 0) return { kind: 'plugin', plugins };
    return this.findStore(name);
  }

  findPlugins(name: string): readonly Plugin[] {
    const slash = name.indexOf('/');
    if (slash < 0) return this.#plugins.get(name) ?? [];
    const [type, rest] = [name.slice(0, slash), name.slice(slash + 1)];
    return this.#project.plugins.filter((plugin) => plugin.type === type && this.#isCalled(plugin, rest));
  }

  findStore(name: string): Component | null {
    const folded = foldLoosely(name);
    const store = this.#stores.get(folded) ?? null;
    return store !== null || folded === OWN_STORE ? { kind: 'store', store } : null;
  }

  /** Returns several if none has exactly this name, and several have it in another spelling. */
  findPipelines(name: string): readonly Pipeline[] {
    const alike = this.#pipelines.get(foldLoosely(name)) ?? [];
    const exact = alike.filter((pipeline) => namesOfPipeline(pipeline).includes(name));
    return exact.length > 0 ? exact : alike;
  }

  hasJob(name: string): boolean {
    return this.#jobs.has(name);
  }

  /** True if `meltano run` accepts the name as a plugin, `plugin:command`, or a mapping. */
  isRunnable(name: string): boolean {
    return (
      this.#mappings.has(name) || [name, beforeColon(name)].some((one) => this.findPlugins(one).length > 0)
    );
  }

  hasLockFile(type: string, needed: NeededLock): boolean {
    if (needed.variant !== null) return this.#locks.has(`${type}/${formatStem(needed)}`);
    return findLockFiles(this.#project, type, needed).length > 0;
  }

  /** True if an unknown name probably means a plugin. Other names may be data stores of Meltano Cloud. */
  isMeantAsPlugin(name: string): boolean {
    if (/^(?:tap|target|dbt)(?:-|$)|\/|--/.test(name)) return true;
    return this.findNear(name, [...this.#plugins.keys()]) !== null;
  }

  /** The known word that was probably meant. */
  findNear(word: string, known: readonly string[]): string | null {
    this.#comparisons += known.length;
    if (this.#comparisons > MOST_COMPARISONS) return null;
    return known.find((one) => isNear(word, one)) ?? null;
  }

  variantOf(plugin: Plugin): string | null {
    return this.ancestryOf(plugin).find(({ variant }) => variant !== null)?.variant?.text ?? null;
  }

  /** The plugin, the one that it inherits from, and so on. */
  ancestryOf(plugin: Plugin): readonly Plugin[] {
    const found = new Set<Plugin>();
    for (let one: Plugin | undefined = plugin; one && !found.has(one); one = this.parentOf(one))
      found.add(one);
    return [...found];
  }

  parentOf({ inheritFrom, type }: Plugin): Plugin | undefined {
    if (inheritFrom === null) return undefined;
    return this.#plugins.get(inheritFrom.text)?.find((one) => one.type === type);
  }

  #isCalled(plugin: Plugin, name: string): boolean {
    const own = plugin.name?.text ?? '';
    const variant = this.variantOf(plugin);
    return name === own || (variant === null ? name.startsWith(`${own}--`) : name === `${own}--${variant}`);
  }
}

export function beforeColon(name: string): string {
  return name.split(':', 1)[0] ?? name;
}

/** All names of a pipeline: its file's, `name` and `label`. */
export function namesOfPipeline({ stem, name, label }: Pipeline): string[] {
  return [stem, ...[name, label].flatMap((text) => text?.text ?? [])];
}

export function nameOfStore({ name, stem }: Store): string {
  return name?.text ?? stem;
}
