import type { CheckAnnotation } from '../../../src/domain/commit-run.ts';
import type { Repository } from '../../../src/domain/deployment.ts';
import type { GitHubFailure, GitHubResult } from '../../../src/domain/github-result.ts';
import type { CheckRunApi, WrittenCheckRun } from '../../../src/github/check-runs.ts';
import type { RateBudgets } from '../../../src/github/rate-budget.ts';
import type { CheckRunFields } from '../../../src/reporting/render/check-run-view.ts';
import { isDuplicate } from '../../../src/reporting/render/render-duplicate.ts';

type Kind = 'create' | 'update' | 'find' | 'countAnnotations' | 'listAnnotations';

export interface Call {
  readonly kind: Kind;
  readonly at: number;
  readonly installationId: number;
  readonly fields?: CheckRunFields;
  readonly runId?: number;
}

/** `made`: the request had its effect although it failed. */
type Script = { failure: GitHubFailure; made?: boolean } | 'fine';

/** GitHub's check runs in memory; the next answers, or all of an installation, can be failures. */
export class FakeCheckRuns implements CheckRunApi {
  readonly calls: Call[] = [];
  readonly runs: CheckRunFields[] = [];
  /** Of each run, as GitHub gathers them. */
  readonly annotations = new Map<number, CheckAnnotation[]>();
  /** Runs that a search doesn't show yet. */
  hidden = false;
  /** The same of single ones, by their ids. */
  readonly missing = new Set<number>();
  /** Completed runs that something wanted to open again, which GitHub ignores. */
  readonly reopened: number[] = [];
  /** Failures for every request of an installation. */
  readonly broken = new Map<number, GitHubFailure>();
  /** A write waits for this before it answers. */
  #gate: Promise<void> | null = null;
  /** They learn the limits like those of the app's own client. */
  budgets: RateBudgets | null = null;
  /** Milliseconds until a write is answered. */
  latency = 0;
  readonly #scripts: Script[] = [];
  readonly #createScripts: Script[] = [];

  next(...scripts: Script[]): void {
    this.#scripts.push(...scripts);
  }

  /** The same, of creates alone. */
  nextCreates(...scripts: Script[]): void {
    this.#createScripts.push(...scripts);
  }

  /** Holds the answers of writes until the returned function is called. */
  holdAnswers(): () => void {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#gate = promise;
    return resolve;
  }

  /** A create that was not answered shows its effect only now. */
  turnUp(fields: CheckRunFields): void {
    this.runs.push(fields);
  }

  writes(): Call[] {
    return this.calls.filter((call) => call.kind === 'create' || call.kind === 'update');
  }

  titles(): (string | undefined)[] {
    return this.writes().map((call) => call.fields?.output.title);
  }

  create(repository: Repository, fields: CheckRunFields): Promise<GitHubResult<WrittenCheckRun>> {
    return this.#answer('create', repository, { fields }, () => {
      this.runs.push(fields);
      this.#gather(this.runs.length, fields);
      return this.#describe(this.runs.length);
    });
  }

  update(
    repository: Repository,
    runId: number,
    fields: CheckRunFields,
  ): Promise<GitHubResult<WrittenCheckRun>> {
    return this.#answer('update', repository, { runId, fields }, () => {
      const isCompleted = this.runs[runId - 1]?.status === 'completed';
      if (isCompleted && fields.status !== 'completed') this.reopened.push(runId);
      this.runs[runId - 1] = fields;
      this.#gather(runId, fields);
      return this.#describe(runId);
    });
  }

  find(
    repository: Repository,
    run: { sha: string; name: string; externalId: string },
  ): Promise<GitHubResult<readonly WrittenCheckRun[]>> {
    return this.#answer('find', repository, {}, () => {
      const isSought = (one: CheckRunFields) =>
        one.head_sha === run.sha && one.name === run.name && one.external_id.startsWith(run.externalId);
      const ids = this.runs.flatMap((one, index) => (isSought(one) ? [index + 1] : []));
      const shown = ids.filter((id) => !this.hidden && !this.missing.has(id));
      return shown.map((id) => this.#describe(id));
    });
  }

  #describe(id: number): WrittenCheckRun {
    return {
      id,
      url: `https://github.com/acme/data/runs/${id}`,
      isDuplicate: isDuplicate(this.runs[id - 1]?.output.title ?? null),
    };
  }

  countAnnotations(repository: Repository, runId: number): Promise<GitHubResult<number>> {
    return this.#answer('countAnnotations', repository, { runId }, () => this.#annotationsOf(runId).length);
  }

  listAnnotations(repository: Repository, runId: number): Promise<GitHubResult<readonly CheckAnnotation[]>> {
    return this.#answer('listAnnotations', repository, { runId }, () => this.#annotationsOf(runId));
  }

  #annotationsOf(runId: number): CheckAnnotation[] {
    return this.annotations.get(runId) ?? [];
  }

  #gather(runId: number, { output }: CheckRunFields): void {
    this.annotations.set(runId, [...this.#annotationsOf(runId), ...(output.annotations ?? [])]);
  }

  async #answer<T>(
    kind: Kind,
    { installationId }: Repository,
    details: Pick<Call, 'fields' | 'runId'>,
    effect: () => T,
  ): Promise<GitHubResult<T>> {
    this.calls.push({ kind, at: Date.now(), installationId, ...details });
    if (this.#gate) await this.#gate;
    if (this.latency > 0) await new Promise((resolve) => setTimeout(resolve, this.latency));
    const broken = this.broken.get(installationId);
    const script = broken
      ? { failure: broken }
      : ((kind === 'create' ? this.#createScripts.shift() : undefined) ?? this.#scripts.shift());
    const isWrite = kind === 'create' || kind === 'update';
    const budget = this.budgets?.of(installationId);
    if (script === undefined || script === 'fine') {
      if (isWrite) budget?.noteAccepted();
      return { ok: true, value: effect() };
    }
    if ('made' in script && script.made) effect();
    const { failure } = script;
    if (failure.kind === 'limited')
      budget?.refuse(
        { retryAfterMs: failure.retryAfterMs, refused: isWrite ? 'writes' : 'everything' },
        performance.now(),
      );
    return { ok: false, failure: script.failure };
  }
}

export const LOST: GitHubFailure = { kind: 'unknown', message: 'the connection broke' };
export const REJECTED: GitHubFailure = { kind: 'rejected', status: 422, message: 'no commit found' };
export const SUSPENDED: GitHubFailure = {
  kind: 'unavailable',
  message: 'This installation has been suspended',
};
export const UNAUTHORIZED: GitHubFailure = { kind: 'unauthorized', message: 'Bad credentials' };

export function limit(retryAfterMs: number | null): GitHubFailure {
  return { kind: 'limited', retryAfterMs, message: 'secondary rate limit' };
}
