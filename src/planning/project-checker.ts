import type { Logger } from 'pino';
import type { Clock } from '../domain/clock.ts';
import {
  type CommitRun,
  type CommitRunStore,
  makeProjectRunId,
  type ProjectResult,
  type ProjectVerdict,
} from '../domain/commit-run.ts';
import type { Repository } from '../domain/deployment.ts';
import type { Waker } from '../domain/dispatcher.ts';
import type { RepositoryReader } from '../domain/repository-store.ts';
import { makeRequiredCheckId } from '../domain/required-check.ts';
import { chooseRetryDelay } from '../domain/retry-delay.ts';
import { formatWorkspaceKey } from '../domain/workspace.ts';
import { ParsedFiles } from '../project/parsed-files.ts';
import type { ProjectCommits } from '../project/project-source.ts';
import type { Reporter } from '../reporting/reporter.ts';

import { couldNotRead, judgeProjects, NOT_COMPARED } from './judge-projects.ts';

/** After this time without success, the check run says that the project couldn't be read. */
const GIVE_UP_MS = 10 * 60_000;
/** The longest pause before the next try while GitHub takes no requests. */
const LONGEST_DELAY_MS = 5 * 60_000;

export interface ProjectCheckerPorts {
  readonly store: CommitRunStore;
  readonly repositories: RepositoryReader;
  readonly commits: ProjectCommits;
  /** How long until GitHub takes requests of the installation (milliseconds); 0 when it takes them now. */
  readonly readDelayMs: (installationId: number) => number;
  readonly reporter: Pick<Reporter, 'commitJudged'>;
  /** Wakes the deployments and the required check that wait for it. */
  readonly dispatcher: Waker;
  readonly clock: Clock;
  readonly random: () => number;
  readonly log: Logger;
}

/** Checks the projects of a commit, beside its deployments and never before them. */
export class ProjectChecker {
  readonly #ports: ProjectCheckerPorts;
  readonly #parsed = new ParsedFiles();
  /** By the id of a run: since when it fails (`elapsed`), and how often it did. */
  readonly #failing = new Map<string, { readonly since: number; readonly attempts: number }>();

  constructor(ports: ProjectCheckerPorts) {
    this.#ports = ports;
  }

  /** The handler of the queue `project`: the delay until the next try (milliseconds), or null when nothing is left to do. */
  async check(id: string): Promise<number | null> {
    const { store, repositories, reporter, dispatcher, readDelayMs, log } = this.#ports;
    const run = await store.getCommitRun(id);
    if (run?.state !== 'waiting' || run.verdict.kind !== 'project') return null;
    const repository = await repositories.getRepository(run.repositoryId);
    if (!repository) return null;
    const delayMs = readDelayMs(repository.installationId);
    if (delayMs > 0) return Math.min(delayMs, LONGEST_DELAY_MS);
    const judged = await this.#tryJudge(run, run.verdict, repository);
    if (typeof judged === 'number') return judged;
    // A shown check run must not look as if it were current.
    const result = judged ?? (run.revision > 0 ? NOT_COMPARED : null);
    const concluded = await store.concludeProjectRun(run, result);
    // Something else was asked for meanwhile.
    if (!concluded) return 0;
    log.info(
      { repository: run.repositoryId, sha: run.sha, conclusion: result?.conclusion ?? 'none' },
      'Project checked',
    );
    if (result) reporter.commitJudged(concluded);
    for (const key of await store.listWaitingStarts(run))
      dispatcher.wake('workspace', formatWorkspaceKey(key));
    dispatcher.wake('required', makeRequiredCheckId(run.repositoryId, run.sha));
    return null;
  }

  async #tryJudge(
    run: CommitRun,
    verdict: ProjectVerdict,
    repository: Repository,
  ): Promise<ProjectResult | number | null> {
    const { clock, random, log, commits, store } = this.#ports;
    try {
      const result = await judgeProjects(verdict.comparisons, run.sha, {
        parsed: this.#parsed,
        open: (sha) => commits.open(repository, sha),
        findMergeBase: (base) => commits.findMergeBase(repository, base, run.sha),
        hadProject: async (sha) => {
          const checked = await store.getCommitRun(makeProjectRunId(run.repositoryId, sha));
          return checked?.verdict.kind === 'project' && checked.verdict.result !== null;
        },
        listCommits: (path) => commits.listCommits(repository, run.sha, path),
        onUnknown: (err) =>
          log.warn(
            { err, repository: run.repositoryId, sha: run.sha },
            'Commits of Meltano Cloud could not be compared',
          ),
      });
      this.#failing.delete(run.id);
      return result;
    } catch (error) {
      const before = this.#failing.get(run.id) ?? { since: clock.elapsed(), attempts: 0 };
      const attempts = before.attempts + 1;
      const isOver = clock.elapsed() - before.since >= GIVE_UP_MS;
      log.warn(
        { err: error, repository: run.repositoryId, sha: run.sha, attempts },
        'A project could not be read',
      );
      if (isOver) this.#failing.delete(run.id);
      else this.#failing.set(run.id, { since: before.since, attempts });
      return isOver ? couldNotRead('GitHub was not available') : chooseRetryDelay(attempts, null, random());
    }
  }
}
