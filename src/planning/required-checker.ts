import type { Logger } from 'pino';
import type { Clock } from '../domain/clock.ts';
import type { CommitRun } from '../domain/commit-run.ts';
import { isReported, mayBeTwice } from '../domain/deployment.ts';
import type { Waker } from '../domain/dispatcher.ts';
import type { RepositoryReader } from '../domain/repository-store.ts';
import { isRequiredCheckId, type RequiredResult, type RequiredVerdict } from '../domain/required-check.ts';
import { ageOf } from '../domain/stored-times.ts';
import { renderRequiredCheck } from '../reporting/render/render-required-check.ts';
import type { Reporter } from '../reporting/reporter.ts';
import { judgeRequiredCheck } from './judge-required-check.ts';
import type { RequiredCheckStore } from './required-check-store.ts';

/** How long the first write waits for the project check, so that most such commits take one write. */
const PROJECT_PATIENCE_MS = 4_000;
/** The pause before the next try while the last check run isn't written to its end. */
const UNWRITTEN_MS = 500;
/** The same while the last check run may exist twice, which is looked for after a minute. */
const UNSURE_MS = 5_000;

export interface RequiredCheckerPorts {
  readonly store: RequiredCheckStore;
  readonly repositories: RepositoryReader;
  readonly reporter: Pick<Reporter, 'commitJudged'>;
  readonly dispatcher: Waker;
  readonly clock: Clock;
  /** GitHub's web origin, e.g. `https://github.com`. */
  readonly githubUrl: string;
  readonly log: Logger;
  readonly onConcluded: (conclusion: NonNullable<RequiredResult['conclusion']>) => void;
}

type RequiredRun = CommitRun & { readonly verdict: RequiredVerdict };

/**
 * Keeps the required checks of commits in step with their deployments. The key is the id of a required check, or of a
 * deployment that changed.
 */
export class RequiredChecker {
  readonly #ports: RequiredCheckerPorts;

  constructor(ports: RequiredCheckerPorts) {
    this.#ports = ports;
  }

  /** The handler of the queue `required`: the delay until the next look (milliseconds), or null until something changes. */
  async check(key: string): Promise<number | null> {
    const { store, dispatcher } = this.#ports;
    if (!isRequiredCheckId(key)) {
      const deployment = await store.getDeployment(key);
      const ids = deployment ? await store.listRequiredChecksOf(deployment) : [];
      for (const id of ids) dispatcher.wake('required', id);
      return null;
    }
    const run = await store.getCommitRun(key);
    return run && isRequired(run) ? this.#judge(run) : null;
  }

  async #judge(run: RequiredRun): Promise<number | null> {
    const { store, repositories, githubUrl, clock } = this.#ports;
    const repository = await repositories.getRepository(run.repositoryId);
    if (!repository) return null;
    const judgement = await judgeRequiredCheck(run, run.verdict, store);
    const { result: shown, isRenewed } = run.verdict;
    if (judgement.kind === 'pending' && judgement.waitsFor === 'project' && shown === null) {
      const leftMs = PROJECT_PATIENCE_MS - ageOf(clock, run.createdAt);
      if (leftMs > 0) return leftMs;
    }
    const result = renderRequiredCheck({ githubUrl, repository }, judgement);
    const isSame = JSON.stringify(result) === JSON.stringify(shown);
    const isOver = shown !== null && shown.conclusion !== null;
    const isNewRun = isOver && (isRenewed || result.conclusion === null);
    if (isNewRun && !isReported(run)) return UNWRITTEN_MS;
    if (isNewRun && mayBeTwice(run)) return UNSURE_MS;
    return this.#save(run, result, { isShown: !isSame || isNewRun, isNewRun });
  }

  async #save(
    run: RequiredRun,
    result: RequiredResult,
    { isShown, isNewRun }: { readonly isShown: boolean; readonly isNewRun: boolean },
  ): Promise<number | null> {
    const { store, reporter, clock, log, onConcluded } = this.#ports;
    const { conclusion } = result;
    const now = clock.now();
    const state = conclusion === null ? 'waiting' : 'concluded';
    const isUnchanged = !isShown && state === run.state && !run.verdict.isRenewed;
    if (isUnchanged) return null;
    const verdict: RequiredVerdict = {
      ...run.verdict,
      result,
      isRenewed: false,
      run: run.verdict.run + (isNewRun ? 1 : 0),
      since: isNewRun ? now : run.verdict.since,
      concludedAt: conclusion === null ? null : isShown ? now : run.verdict.concludedAt,
    };
    const saved = await store.saveRequiredCheck(run, { verdict, state, isShown, isNewRun });
    // Something else was asked for meanwhile.
    if (!saved) return 0;
    if (!isShown) return null;
    if (conclusion !== null) onConcluded(conclusion);
    log.info(
      { repository: run.repositoryId, sha: run.sha, conclusion: conclusion ?? 'none' },
      'Required check judged',
    );
    reporter.commitJudged(saved);
    return null;
  }
}

function isRequired(run: CommitRun): run is RequiredRun {
  return run.verdict.kind === 'required';
}
