import type { Repository } from '../../../src/domain/deployment.ts';
import type { GitHubFailure, GitHubResult } from '../../../src/domain/github-result.ts';
import type { CheckRunApi, WrittenCheckRun } from '../../../src/github/check-runs.ts';
import type { CheckAnnotation, CheckRunFields } from '../../../src/report/check-run-view.ts';

type Kind = 'create' | 'update' | 'find' | 'countAnnotations';

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
  /** Failures for every request of an installation. */
  readonly broken = new Map<number, GitHubFailure>();
  /** A write waits for this before it answers. */
  gate: Promise<void> | null = null;
  readonly #scripts: Script[] = [];

  next(...scripts: Script[]): void {
    this.#scripts.push(...scripts);
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
      return describeRun(this.runs.length);
    });
  }

  update(
    repository: Repository,
    runId: number,
    fields: CheckRunFields,
  ): Promise<GitHubResult<WrittenCheckRun>> {
    return this.#answer('update', repository, { runId, fields }, () => {
      this.runs[runId - 1] = fields;
      this.#gather(runId, fields);
      return describeRun(runId);
    });
  }

  find(
    repository: Repository,
    run: { sha: string; name: string; externalId: string },
  ): Promise<GitHubResult<WrittenCheckRun | null>> {
    return this.#answer('find', repository, {}, () => {
      const index = this.runs.findIndex(
        (one) =>
          one.head_sha === run.sha && one.name === run.name && one.external_id.startsWith(run.externalId),
      );
      return this.hidden || index < 0 ? null : describeRun(index + 1);
    });
  }

  countAnnotations(repository: Repository, runId: number): Promise<GitHubResult<number>> {
    return this.#answer('countAnnotations', repository, { runId }, () => this.#listAnnotations(runId).length);
  }

  #listAnnotations(runId: number): CheckAnnotation[] {
    return this.annotations.get(runId) ?? [];
  }

  #gather(runId: number, { output }: CheckRunFields): void {
    this.annotations.set(runId, [...this.#listAnnotations(runId), ...(output.annotations ?? [])]);
  }

  async #answer<T>(
    kind: Kind,
    { installationId }: Repository,
    details: Pick<Call, 'fields' | 'runId'>,
    effect: () => T,
  ): Promise<GitHubResult<T>> {
    this.calls.push({ kind, at: Date.now(), installationId, ...details });
    if (this.gate) await this.gate;
    const broken = this.broken.get(installationId);
    const script = broken ? { failure: broken } : this.#scripts.shift();
    if (script === undefined || script === 'fine') return { ok: true, value: effect() };
    if ('made' in script && script.made) effect();
    return { ok: false, failure: script.failure };
  }
}

function describeRun(id: number): WrittenCheckRun {
  return { id, url: `https://github.com/acme/data/runs/${id}` };
}

export const LOST: GitHubFailure = { kind: 'unknown', message: 'the connection broke' };
export const REJECTED: GitHubFailure = { kind: 'rejected', status: 422, message: 'no commit found' };
export const SUSPENDED: GitHubFailure = {
  kind: 'unavailable',
  message: 'This installation has been suspended',
};
export const UNAUTHORIZED: GitHubFailure = { kind: 'unauthorized', message: 'Bad credentials' };

export function limit(waitMs: number | null): GitHubFailure {
  return { kind: 'limited', waitMs, message: 'secondary rate limit' };
}
