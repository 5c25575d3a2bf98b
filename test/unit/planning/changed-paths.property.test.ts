import fc from 'fast-check';
import { expect, test } from 'vitest';
import { toConfigurationInUse } from '../../../src/domain/configuration-in-use.ts';
import type { Deployment } from '../../../src/domain/deployment.ts';
import { NO_POLICY } from '../../../src/domain/repository-configuration.ts';
import { START } from '../deploying/fake-ports.ts';
import { buildWorkspace, REPOSITORY, World } from '../deploying/reconcile-world.ts';
import type { FakeFile } from './fake-trees.ts';
import { buildPush, PlanWorld } from './plan-world.ts';

type Files = Readonly<Record<string, FakeFile>>;

/** Filters as a workspace and a repository's file set them, and as plain functions. */
interface Filter {
  readonly directory: string | null;
  readonly file: string;
  readonly counts: ((path: string) => boolean) | null;
}

const FILTERS: readonly Filter[] = [
  { directory: null, file: '', counts: null },
  { directory: 'a', file: '', counts: (path) => path === 'a' || path.startsWith('a/') },
  { directory: 'a/x', file: '', counts: (path) => path === 'a/x' || path.startsWith('a/x/') },
  {
    directory: 'a',
    file: 'deploy: { paths_ignore: ["**/*.md"] }',
    counts: (path) => path.startsWith('a/') && !path.endsWith('.md'),
  },
  {
    directory: 'a',
    file: 'workspaces: [{ workspace: Analytics, paths: ["b/**", "**/*.md"] }]',
    counts: (path) => path.startsWith('b/') || path.endsWith('.md'),
  },
  { directory: null, file: 'deploy: { paths: ["a*/1"] }', counts: (path) => /^a[^/]*\/1$/.test(path) },
];

const PATHS = ['a/1', 'a/x/1', 'a/x/2.md', 'a-b/1', 'ab/1', 'b/1', 'b/2.md', 'README.md'];
const FILE_STATES: readonly (FakeFile | null)[] = [
  null,
  { mode: '100644', type: 'blob', sha: 'x' },
  { mode: '100644', type: 'blob', sha: 'y' },
  { mode: '100755', type: 'blob', sha: 'x' },
  { mode: '120000', type: 'blob', sha: 'x' },
  { mode: '160000', type: 'commit', sha: 'x' },
];

type Step =
  | { readonly kind: 'edit'; readonly path: string; readonly state: FakeFile | null; readonly skip: boolean }
  /** Back to the files of an older commit, by a forced push. */
  | { readonly kind: 'restore'; readonly back: number }
  | { readonly kind: 'work' }
  | { readonly kind: 'end'; readonly status: string; readonly deployed: 'asked' | 'head' | 'unsaid' }
  | { readonly kind: 'redeploy' }
  | { readonly kind: 'filter'; readonly filter: Filter };

const edit = fc.record({
  kind: fc.constant('edit' as const),
  path: fc.constantFrom(...PATHS),
  state: fc.constantFrom(...FILE_STATES),
  skip: fc.constantFrom(false, false, false, false, true),
});
const step: fc.Arbitrary<Step> = fc.oneof(
  { arbitrary: edit, weight: 6 },
  { arbitrary: fc.record({ kind: fc.constant('restore' as const), back: fc.nat(2) }), weight: 3 },
  { arbitrary: fc.constant({ kind: 'work' } as const), weight: 3 },
  {
    arbitrary: fc.record({
      kind: fc.constant('end' as const),
      status: fc.constantFrom('COMPLETE', 'COMPLETE', 'COMPLETE', 'ERROR', 'STOPPED'),
      deployed: fc.constantFrom('asked' as const, 'head' as const, 'unsaid' as const),
    }),
    weight: 5,
  },
  { arbitrary: fc.constant({ kind: 'redeploy' } as const), weight: 1 },
  {
    arbitrary: fc.record({ kind: fc.constant('filter' as const), filter: fc.constantFrom(...FILTERS) }),
    weight: 1,
  },
);

/** A plain model of changed paths: compares whole trees, without digests and a store. */
class Model {
  readonly commits: { readonly sha: string; readonly files: Files }[] = [];
  filter: Filter = FILTERS[1] as Filter;
  last: { readonly commit: string; readonly outcome: 'running' | 'success' | 'other' } | null = null;
  /** The commit of the waiting deployment, and whether a person requested it. */
  waiting: { readonly commit: string; readonly isAsked: boolean } | null = null;
  /** The newest commit that was compared. Pushes with a skip token aren't. */
  looked: string | null = null;
  /** The commit before the first push that isn't deployed yet. */
  pendingSince: string | null = null;

  get head(): string {
    return this.commits.at(-1)?.sha ?? '';
  }

  passing(sha: string): string {
    const { counts } = this.filter;
    const files = this.commits.find((one) => one.sha === sha)?.files ?? {};
    return JSON.stringify(
      Object.entries(files)
        .filter(([path]) => counts === null || counts(path))
        .sort(),
    );
  }

  /** True if a push of the head deploys. */
  push(before: string, isSkipped: boolean): boolean {
    const isDeployed = !isSkipped && this.#differs(before);
    if (!isSkipped && this.filter.counts) this.looked = this.head;
    if (isSkipped || isDeployed) this.pendingSince ??= before;
    if (isDeployed) this.waiting = { commit: this.head, isAsked: false };
    return isDeployed;
  }

  #differs(before: string): boolean {
    if (this.filter.counts === null || (this.last && this.last.outcome !== 'success')) return true;
    return this.passing(this.last?.commit ?? this.pendingSince ?? before) !== this.passing(this.head);
  }

  /** The result of the waiting deployment; null: it still waits. */
  start(): 'started' | 'skipped' | null {
    if (!this.waiting || this.last?.outcome === 'running') return null;
    const { commit, isAsked } = this.waiting;
    this.waiting = null;
    const isFiltered = !isAsked && this.filter.counts !== null;
    if (isFiltered && this.last?.outcome === 'success') {
      if (this.passing(this.last.commit) === this.passing(this.looked ?? commit)) return 'skipped';
    }
    this.last = { commit, outcome: 'running' };
    return 'started';
  }
}

class History {
  readonly model = new Model();
  readonly planner: PlanWorld;
  readonly worker: World;
  #clock = 0;

  private constructor(planner: PlanWorld, worker: World) {
    this.planner = planner;
    this.worker = worker;
    this.#use(this.model.filter);
    this.#commit({ 'a/1': '1', 'b/1': '1' });
  }

  static async open(): Promise<History> {
    const planner = await PlanWorld.open();
    return new History(planner, await World.share(planner));
  }

  async take(taken: Step): Promise<void> {
    const { model } = this;
    switch (taken.kind) {
      case 'edit': {
        const { [taken.path]: _, ...rest } = this.#files(0);
        const files = taken.state === null ? rest : { ...rest, [taken.path]: taken.state };
        return this.#push(files, taken.skip);
      }
      case 'restore':
        return this.#push(this.#files(taken.back), false);
      case 'work':
        return this.#work();
      case 'end':
        if (model.last?.outcome === 'running') await this.#end(taken);
        return;
      case 'redeploy':
        await this.worker.push({ sha: model.head, before: null, cause: 'command', pushedAt: this.#tick() });
        model.waiting = { commit: model.head, isAsked: true };
        return;
      case 'filter':
        // A waiting deployment would start with another filter than it was planned with: another test covers that.
        if (!model.waiting) this.#use(taken.filter);
    }
  }

  #use(filter: Filter): void {
    this.model.filter = filter;
    this.model.looked = null;
    this.planner.meltano.workspaces = [buildWorkspace({ directory: filter.directory })];
    this.planner.files.everywhere = filter.file;
    this.planner.restart();
  }

  async #push(files: Files, isSkipped: boolean): Promise<void> {
    const { planner, model } = this;
    const before = model.head;
    this.#commit(files);
    const after = model.head;
    planner.trees.reads.length = 0;
    const message = isSkipped ? '[skip ci]' : 'Change';
    const pushedAt = this.#tick();
    await planner.deliver(buildPush({ before, after, message, pushedAt }));
    await planner.planAll();
    const stored = await planner.stores.readConfiguration(REPOSITORY.id);
    this.worker.configuration = toConfigurationInUse(stored, NO_POLICY);
    const expected = model.push(before, isSkipped);
    const open = await planner.open();
    expect(open.some(({ sha, cause }) => sha === after && cause === 'push')).toBe(expected);
    // The head, and the commit before it or the deployed one.
    expect(planner.trees.reads.length).toBeLessThanOrEqual(2);
    if (!isSkipped && model.filter.counts === null) expect(planner.trees.reads).toEqual([]);
  }

  async #work(): Promise<void> {
    const waiting = (await this.planner.open()).filter(({ state }) => state === 'waiting').at(-1);
    const expected = this.model.start();
    await this.worker.step();
    if (!waiting || expected === null) return;
    expect(describe(await this.worker.read(waiting.id))).toBe(expected);
  }

  async #end({ status, deployed }: Extract<Step, { kind: 'end' }>): Promise<void> {
    const { model, worker } = this;
    const asked = model.last?.commit ?? '';
    const commit = deployed === 'head' ? model.head : asked;
    worker.meltano.moveJob({ status, commitId: deployed === 'unsaid' ? null : commit });
    model.last = { commit, outcome: status === 'COMPLETE' ? 'success' : 'other' };
    worker.clock.advance(60_000);
    return this.#work();
  }

  #commit(files: Files): void {
    const sha = (this.model.commits.length + 1).toString(16).padStart(40, '0');
    this.model.commits.push({ sha, files });
    this.planner.trees.put(sha, files);
  }

  #files(back: number): Files {
    return this.model.commits.at(-1 - back)?.files ?? {};
  }

  #tick(): number {
    this.#clock += 1_000;
    return START + this.#clock;
  }
}

function describe({ state, reason }: Deployment): string {
  if (reason === 'nothing_changed') return 'skipped';
  return state === 'queued' ? 'started' : `${state}: ${reason}`;
}

test('histories of trees, filters and outcomes deploy as a plain model expects', async () => {
  const property = fc.asyncProperty(fc.array(step, { minLength: 10, maxLength: 30 }), async (steps) => {
    const history = await History.open();
    for (const one of steps) await history.take(one);
  });
  await fc.assert(property, { numRuns: 30 });
});
