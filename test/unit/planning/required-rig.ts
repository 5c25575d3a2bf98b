import type { CommitRun, ProjectVerdict } from '../../../src/domain/commit-run.ts';
import { isReported } from '../../../src/domain/deployment.ts';
import { makeRequiredCheckId } from '../../../src/domain/required-check.ts';
import { RequiredChecker } from '../../../src/planning/required-checker.ts';
import { wakeUnfinished } from '../../../src/recovery/wake-unfinished.ts';
import { openRun } from '../../../src/reporting/pace/queued-run.ts';
import { renderCommitRun } from '../../../src/reporting/render/render-commit-run.ts';
import { notifyCommands } from '../../../src/reporting/reporter.ts';
import { planDuplicateCheck, QueuedRunWriter } from '../../../src/reporting/write-queued-run.ts';
import { FakeReporter } from '../deploying/fake-ports.ts';
import { FakeCheckRuns } from '../reporting/fake-check-runs.ts';
import { createWriteQueues } from '../reporting/pace/create-queues.ts';
import { PlanWorld } from './plan-world.ts';

const SECOND = 1_000;

/**
 * The required checks of one repository, by the real planner, store, judge and writer of check runs. The test says when time
 * goes by, and what becomes of the deployments.
 */
export class RequiredRig {
  readonly world: PlanWorld;
  readonly api = new FakeCheckRuns();
  /** The commits with errors in their projects. */
  readonly bad = new Set<string>();
  #later = new Map<string, number>();
  #parts: ReturnType<RequiredRig['createParts']>;

  static async open(): Promise<RequiredRig> {
    return new RequiredRig(await PlanWorld.open());
  }

  protected constructor(world: PlanWorld) {
    this.world = world;
    world.files.everywhere = 'checks: { gate: true, project: block }\n';
    this.#parts = this.createParts();
  }

  private createParts() {
    const { world } = this;
    const { stores, clock, dispatcher } = world;
    const sink = new FakeReporter();
    const reporter = notifyCommands(sink, dispatcher);
    const log = { info: () => undefined, warn: () => undefined, error: () => undefined } as never;
    const queue = createWriteQueues().of(1);
    const writer = new QueuedRunWriter({
      api: this.api,
      store: stores,
      repositories: stores,
      clock,
      log,
      random: () => 0.5,
      onWritten: () => undefined,
      renderCommit: renderCommitRun,
      pages: { githubUrl: 'https://github.com', workspaceUrl: () => 'https://app.meltano.com' },
    } as never);
    const checker = new RequiredChecker({
      store: stores,
      repositories: stores,
      reporter,
      dispatcher,
      clock,
      log,
      githubUrl: 'https://github.com',
      onConcluded: () => undefined,
    });
    return { sink, reporter, queue, writer, checker };
  }

  get parts() {
    return this.#parts;
  }

  /** A new process on the same store. */
  async restart(): Promise<void> {
    const { world } = this;
    world.restart();
    world.dispatcher.wakes.splice(0);
    world.reporter.reports.splice(0);
    this.#later.clear();
    this.#parts = this.createParts();
    await wakeUnfinished({
      store: world.stores,
      dispatcher: world.dispatcher,
      reporter: this.parts.reporter,
    });
  }

  /** Lets the app work, and the time go by. */
  async pass(seconds: number): Promise<void> {
    for (let second = 0; second < seconds; second += 1) {
      for (let turn = 0; turn < 20 && (await this.#work()); turn += 1);
      this.world.clock.advance(SECOND);
    }
  }

  /** True if there was something to do. */
  async #work(): Promise<boolean> {
    const { world } = this;
    const { reporter, sink } = this.parts;
    const now = world.clock.elapsed();
    await world.plan();
    for (const one of world.reporter.reports.splice(0)) reporter.changed(one);
    for (const [key, dueAt] of this.#later) if (dueAt <= now) this.#wakeLater(key);
    const wakes = world.dispatcher.wakes.splice(0);
    for (const { queue, key } of wakes) {
      if (queue === 'project') await this.#checkProject(key);
      if (queue !== 'required') continue;
      const delay = await this.parts.checker.check(key);
      if (delay !== null) this.#later.set(key, now + delay);
    }
    sink.commitRuns.splice(0);
    const written = await this.#write();
    return wakes.length > 0 || written;
  }

  #wakeLater(key: string): void {
    this.#later.delete(key);
    this.world.dispatcher.wake('required', key);
  }

  /** Writes what is owed, like the writer's timer. */
  async #write(): Promise<boolean> {
    const { queue, writer } = this.parts;
    let isWritten = false;
    for (const owed of await this.world.stores.listOwedCommitRuns()) {
      const run = queue.runs.get(owed.id) ?? openRun(owed.id);
      queue.runs.set(owed.id, run);
      planDuplicateCheck(run, owed, this.world.clock);
      const dueAt = isReported(owed) ? (run.duplicateCheckAt ?? Infinity) : run.retryAt;
      if (dueAt > this.world.clock.elapsed()) continue;
      run.mayConclude = true;
      const what = isReported(owed) ? null : ('required' as const);
      await writer.write({ id: 1, queue }, { run, owed: what, send: (request) => request() });
      isWritten = true;
    }
    return isWritten;
  }

  async #checkProject(key: string): Promise<void> {
    const { stores } = this.world;
    const run = await stores.getCommitRun(key);
    if (run?.verdict.kind !== 'project' || run.state !== 'waiting') return;
    const saved = await stores.concludeProjectRun(run, this.#judgeProject(run, run.verdict));
    if (saved) this.world.dispatcher.wake('required', makeRequiredCheckId(run.repositoryId, run.sha));
  }

  #judgeProject({ sha }: CommitRun, { comparisons }: ProjectVerdict): ProjectVerdict['result'] {
    const errors = comparisons.map(({ workspaceId }) => ({ workspaceId, first: 'x', count: 1, since: null }));
    const isBad = this.bad.has(sha);
    const conclusion = isBad ? 'failure' : 'success';
    return { conclusion, title: '', summary: '', annotations: [], errors: isBad ? errors : [], unread: null };
  }

  /** The check runs of a commit, oldest first. */
  runsOf(sha: string) {
    return this.api.runs.filter((one) => one.head_sha === sha && one.name === 'Meltano Deploy');
  }
}
