import type { DeploymentChange } from '../../../src/domain/deployment-store.ts';
import { WORKSPACE_KEY, type World } from './reconcile-world.ts';

const WORKSPACE_ID = '0c0ef56a-7f7e-47c1-9700-2d7e2eb5a04e';
const ENDS = {
  success: { state: 'concluded', conclusion: 'success', reason: 'job_complete' },
  failure: { state: 'concluded', conclusion: 'failure', reason: 'job_error' },
} as const satisfies Record<string, DeploymentChange>;

type State = 'waiting' | 'running' | 'success' | 'failure' | 'superseded' | 'unchanged';

/** The workspace that deploys first: its stored deployments, and what they mean for the next workspace. */
export class StagingModel {
  readonly workspace = { workspaceId: WORKSPACE_ID, name: 'Staging' };
  readonly #world: World;
  readonly #random: () => number;
  readonly #all: { readonly id: string; readonly sha: string; state: State }[] = [];

  constructor(world: World, random: () => number) {
    this.#world = world;
    this.#random = random;
  }

  /** One push of five changes nothing there. */
  async push(sha: string): Promise<void> {
    const isUnchanged = this.#all.some(({ state }) => state !== 'unchanged') && this.#random() < 0.2;
    const none = { reason: 'paths_unchanged', conclusion: 'none' } as const;
    const planned = { ...WORKSPACE_KEY, sha, workspaceId: WORKSPACE_ID, ...(isUnchanged ? none : {}) };
    const { id } = await this.#world.push(planned);
    if (!isUnchanged) {
      for (const one of this.#all) if (one.state === 'waiting') one.state = 'superseded';
    }
    this.#all.push({ id, sha, state: isUnchanged ? 'unchanged' : 'waiting' });
  }

  /** A deployment starts, or ends; one that failed is repaired. */
  async move(head: string): Promise<void> {
    const open = this.#all.find(({ state }) => state === 'running') ?? this.#waiting();
    if (!open) return this.repair(head);
    if (open.state === 'waiting') {
      await this.#world.save(open.id, { state: 'running', jobId: open.id, attemptedAt: this.#now() });
      open.state = 'running';
      return;
    }
    open.state = this.#random() < 0.7 ? 'success' : 'failure';
    await this.#world.save(open.id, { ...ENDS[open.state], concludedAt: this.#now() });
  }

  /** Somebody redeploys the head, and it succeeds. */
  async repair(head: string): Promise<void> {
    for (const one of this.#all.filter(({ state }) => state === 'running')) {
      one.state = 'failure';
      await this.#world.save(one.id, { ...ENDS.failure, concludedAt: this.#now() });
    }
    const { id } = await this.#world.push({ sha: head, workspaceId: WORKSPACE_ID, cause: 'command' });
    for (const one of this.#all) if (one.state === 'waiting') one.state = 'superseded';
    await this.#world.save(id, { ...ENDS.success, attemptedAt: this.#now(), concludedAt: this.#now() });
    this.#all.push({ id, sha: head, state: 'success' });
  }

  /** True if the commit, or a later one, is deployed there, or nothing of it was to be deployed. */
  hasDeployed(sha: string): boolean {
    const own = this.#all.filter((one) => one.sha === sha);
    if (own.some(({ state }) => state === 'success')) return true;
    const last = own.at(-1)?.state;
    if (last === 'unchanged') return this.#isWell(['running', 'success', 'failure']);
    return last === 'superseded' && this.#isWell(['waiting', 'running', 'success', 'failure', 'superseded']);
  }

  /** The newest of these is a success. */
  #isWell(states: readonly State[]): boolean {
    return this.#all.findLast(({ state }) => states.includes(state))?.state === 'success';
  }

  #waiting() {
    return this.#all.findLast(({ state }) => state === 'waiting');
  }

  #now(): number {
    return this.#world.clock.now();
  }
}
