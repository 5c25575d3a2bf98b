import { BoundedCache } from '../domain/bounded-cache.ts';
import type { Clock } from '../domain/clock.ts';
import type { Repository } from '../domain/deployment.ts';
import type { GateReads } from '../domain/gate-reads.ts';
import type { GitHubResult } from '../domain/github-result.ts';
import type { CommitChecks } from '../domain/wanted-check.ts';

/** The check runs of a commit are read at most once in this time: in 2 s, as GitHub sees it. */
export const CHECKS_FRESH_MS = 2_100;
const MOST_COMMITS = 500;

interface Read {
  /** By `elapsed`. */
  readonly at: number;
  readonly result: Promise<GitHubResult<CommitChecks>>;
}

/** Reads the check runs of commits, for all deployments that wait for them. */
export class CommitCheckReads {
  readonly #reads: GateReads;
  readonly #clock: Clock;
  readonly #known = new BoundedCache<Read>(MOST_COMMITS);

  constructor(reads: GateReads, clock: Clock) {
    this.#reads = reads;
    this.#clock = clock;
  }

  /** `ageMs`: how long ago the read began; 0 if it began with this call. */
  async read(
    repository: Repository,
    sha: string,
    withSuites: boolean,
  ): Promise<{ readonly result: GitHubResult<CommitChecks>; readonly ageMs: number }> {
    const key = `${repository.id}/${sha}/${withSuites}`;
    const now = this.#clock.elapsed();
    const known = this.#known.get(key);
    if (known && now - known.at < CHECKS_FRESH_MS)
      return { result: await known.result, ageMs: now - known.at };
    const result = this.#reads.readChecks(repository, sha, { withSuites });
    this.#known.set(key, { at: now, result }, 1);
    return { result: await result, ageMs: 0 };
  }
}
