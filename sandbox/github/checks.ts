import { sendCheckRun, sendCheckSuite } from './app-events.ts';
import { findAccount } from './branches.ts';
import type { CheckConclusion, SandboxCheckRun, SandboxCheckSuite } from './check-model.ts';
import { reportForeignRun } from './check-runs.ts';
import { readSuiteState, type SuiteState } from './check-suites.ts';
import type { Sent } from './delivery-log.ts';
import type { SandboxAccount, SandboxRepository } from './model.ts';
import type { SandboxContext } from './sandbox-context.ts';

interface ReportedCheck {
  readonly name: string;
  readonly app?: string;
  readonly suite?: string;
  readonly status?: 'queued' | 'in_progress';
  /** Null: it isn't completed. */
  readonly conclusion?: CheckConclusion | null;
  /** False: GitHub sends no event. */
  readonly deliver?: boolean;
}

/** Other Apps have ids from here. */
const FOREIGN_ID = 1_000_000;

/** Check runs as people see them, and the buttons that they press. */
export class Checks {
  readonly #context: SandboxContext;

  constructor(context: SandboxContext) {
    this.#context = context;
  }

  /** Snapshots of the app's runs, oldest first. */
  runs(fullName: string, sha?: string): SandboxCheckRun[] {
    const { state } = this.#context;
    const all = state.runsOf(state.requireRepository(fullName).id, sha);
    return all.filter((run) => state.suites.get(run.suiteId)?.app === null);
  }

  /**
   * Another App (default: GitHub Actions) begins a check run, or completes its open one with this name. `suite` tells its
   * workflows apart.
   */
  report(
    fullName: string,
    sha: string,
    {
      app = 'github-actions',
      suite = '',
      status = 'in_progress',
      conclusion = null,
      deliver = true,
      name,
    }: ReportedCheck,
  ): SandboxCheckRun {
    const { state } = this.#context;
    const id =
      FOREIGN_ID + ([...app].reduce((sum, letter) => sum * 31 + letter.charCodeAt(0), 0) % FOREIGN_ID);
    const foreign = { id, slug: app };
    const repository = state.requireRepository(fullName);
    return reportForeignRun(this.#context, repository, {
      sha,
      app: foreign,
      suite,
      name,
      status,
      conclusion,
      deliver,
    });
  }

  /** Another App's completed run is re-run in place: no event tells of it. */
  reset(runId: number): void {
    const { run } = this.#find(runId);
    this.#context.state.runs.set(runId, { ...run, status: 'queued', conclusion: null, completedAt: null });
  }

  /** With the status and conclusion that the suite's runs give it. */
  suites(fullName: string): (SandboxCheckSuite & SuiteState)[] {
    const { state } = this.#context;
    const { id } = state.requireRepository(fullName);
    const suites = [...state.suites.values()].filter(
      (suite) => suite.repositoryId === id && suite.app === null,
    );
    return suites.map((suite) => ({
      ...suite,
      ...readSuiteState(this.#context, suite),
    }));
  }

  /** Calls `listener` after every accepted create and update. Returns a function that stops this. */
  listen(listener: (run: SandboxCheckRun, repository: SandboxRepository) => void): () => void {
    const { checkRunListeners } = this.#context;
    checkRunListeners.add(listener);
    return () => void checkRunListeners.delete(listener);
  }

  /** Re-runs one completed check. The suite is queued again, and the run doesn't change. */
  rerequest(runId: number, sender?: string): Sent {
    const { run, suite, repository } = this.#find(runId);
    if (run.status !== 'completed') {
      throw new Error(`Check run ${runId} is ${run.status} and can't be re-run yet`);
    }
    this.#reset(suite);
    const by = this.#account(sender);
    return sendCheckRun(this.#context, repository, { run, suite, action: 'rerequested', sender: by });
  }

  /** Re-runs all checks of a commit. */
  rerequestSuite(fullName: string, sha: string, sender?: string): Sent {
    const { state } = this.#context;
    const repository = state.requireRepository(fullName);
    const suite = state.suiteOf(repository.id, sha);
    if (!suite) throw new Error(`${fullName} has no check suite on ${sha}`);
    this.#reset(suite);
    const by = this.#account(sender);
    return sendCheckSuite(this.#context, repository, { suite, action: 'rerequested', sender: by });
  }

  /** Presses a button of a completed run. */
  press(runId: number, identifier: string, sender?: string): Sent {
    const { run, suite, repository } = this.#find(runId);
    if (run.status !== 'completed') {
      throw new Error(`Check run ${runId} is ${run.status} and shows no buttons yet`);
    }
    if (!run.actions.some((action) => action.identifier === identifier)) {
      throw new Error(`Check run ${runId} has no action ${identifier}`);
    }
    return sendCheckRun(this.#context, repository, {
      run,
      suite,
      action: 'requested_action',
      sender: this.#account(sender),
      actionIdentifier: identifier,
    });
  }

  /** The next lists of check runs miss each run that is created from now on, as can happen at GitHub for seconds. */
  delay(lists: number): void {
    this.#context.state.checkRunLag = lists;
  }

  #reset(suite: SandboxCheckSuite): void {
    suite.rerequested = true;
    suite.updatedAt = Date.now();
    this.#context.signal.notify();
  }

  #account(login: string | undefined): SandboxAccount {
    return findAccount(this.#context, login === undefined ? undefined : { login });
  }

  #find(runId: number) {
    const { state } = this.#context;
    const run = state.runs.get(runId);
    const suite = run && state.suites.get(run.suiteId);
    const repository = run && state.repositories.get(run.repositoryId);
    if (!suite || !repository) throw new Error(`There is no check run ${runId}`);
    return { run, suite, repository };
  }
}
