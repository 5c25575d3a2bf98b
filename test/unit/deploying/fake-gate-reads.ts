import type { Repository } from '../../../src/domain/deployment.ts';
import type { GateReads } from '../../../src/domain/gate-reads.ts';
import type { GitHubResult } from '../../../src/domain/github-result.ts';
import type { CommitChecks, SeenCheck } from '../../../src/domain/wanted-check.ts';

const AWAY = { ok: false, failure: { kind: 'unknown', message: 'away' } } as const;

/** Scripted branches and checks. */
export class FakeGateReads implements GateReads {
  /** Null: the branch doesn't exist. */
  head: string | null = 'a'.repeat(40);
  /** By commit. */
  readonly checks = new Map<string, SeenCheck[]>();
  openSuites = new Set<number>();
  isAway = false;
  /** Each read: `head`, or the commit whose checks were read. */
  readonly calls: string[] = [];
  #runs = 0;

  /** A check run, or what became of it. */
  report(sha: string, name: string, conclusion: string | null = null, app = 'github-actions'): void {
    this.#runs += 1;
    const run: SeenCheck = {
      id: this.#runs,
      name,
      suiteId: 7,
      app: { id: app.length, slug: app },
      conclusion,
      completedAt: null,
    };
    this.checks.set(sha, [...(this.checks.get(sha) ?? []), run]);
  }

  readHead(): Promise<GitHubResult<string | null>> {
    this.calls.push('head');
    return Promise.resolve(this.isAway ? AWAY : { ok: true, value: this.head });
  }

  readChecks(
    _: Repository,
    sha: string,
    { withSuites }: { readonly withSuites: boolean },
  ): Promise<GitHubResult<CommitChecks>> {
    this.calls.push(sha);
    const openSuites = withSuites ? new Set(this.openSuites) : null;
    const value = { runs: this.checks.get(sha) ?? [], openSuites };
    return Promise.resolve(this.isAway ? AWAY : { ok: true, value });
  }
}
