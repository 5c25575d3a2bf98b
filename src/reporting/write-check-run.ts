import { createHash } from 'node:crypto';
import type { Clock } from '../domain/clock.ts';
import type { DeploymentState, ReportProgress, Repository } from '../domain/deployment.ts';
import type { GitHubFailure, GitHubResult } from '../domain/github-result.ts';
import { stamp } from '../domain/stored-times.ts';
import type { CheckRunApi, WrittenCheckRun } from '../github/check-runs.ts';
import { type CreateOnce, DUPLICATE_CHECK_MS } from './create-once.ts';
import { hasAnnotations, keepNewAnnotations, withAnnotations } from './keep-new-annotations.ts';
import type { SendWrite } from './pace/write-queue.ts';
import type { CheckRunFields } from './render/check-run-view.ts';
import { renderDuplicate } from './render/render-duplicate.ts';
import type { ReportStore } from './report-store.ts';

/** The part of a deployment or configuration run that writing its check run needs. */
export interface ReportedRun extends ReportProgress {
  readonly id: string;
  readonly installationId: number;
  readonly sha: string;
  readonly state: DeploymentState;
}

export type WriteOutcome =
  /** The check run is up to date; `sent` if a write was necessary. */
  | {
      readonly kind: 'written';
      readonly sent: boolean;
      readonly digest: string;
      /** The delay until the search for a duplicate run; null for none. */
      readonly duplicateCheckMs: number | null;
    }
  /** The run may exist, but GitHub doesn't show it yet. */
  | { readonly kind: 'retry'; readonly delayMs: number }
  | {
      readonly kind: 'failed';
      readonly failure: GitHubFailure;
      /** Null if the failure decides it. */
      readonly delayMs: number | null;
    };

/** The current content of a check run. */
export interface RenderedRun {
  /** The start of the run's `external_id`. */
  readonly externalId: string;
  readonly fields: CheckRunFields;
  /** The same for a fixed time, to tell if anything but the time changed. */
  readonly timeless: CheckRunFields;
}

export interface WriteRequest extends RenderedRun {
  readonly deployment: ReportedRun;
  readonly repository: Repository;
  /** The digest of the last write. */
  readonly lastDigest: string | null;
  /** Whether to look for duplicates before the write, or instead of it. */
  readonly duplicateCheck: 'no' | 'first' | 'only';
}

/** The revision of a run that doesn't show its deployment yet. */
const UNREPORTED = 0;
/** The known run is marked as a duplicate, but GitHub doesn't show the newer one yet. */
const NEWEST_NOT_SHOWN: GitHubFailure = {
  kind: 'unknown',
  message: 'GitHub does not show the newest check run',
};

export interface WritePorts {
  readonly api: CheckRunApi;
  readonly store: ReportStore;
  readonly createOnce: CreateOnce;
  /** Sends every write. */
  readonly send: SendWrite;
  readonly clock: Clock;
}

/** Brings a check run up to date. */
export async function writeCheckRun(request: WriteRequest, ports: WritePorts): Promise<WriteOutcome> {
  const { deployment, lastDigest, duplicateCheck } = request;
  const digest = createHash('sha1').update(JSON.stringify(request.timeless)).digest('base64');
  const { checkRunId } = deployment;
  if (checkRunId === null) return create(request, digest, ports);
  if (duplicateCheck === 'no') return bringUpToDate(request, { id: checkRunId, digest, lastDigest }, ports);
  const newest = await settleDuplicates(request, ports);
  if (!newest.ok) return { kind: 'failed', failure: newest.failure, delayMs: null };
  const isOther = newest.value !== checkRunId || deployment.reportedRevision === UNREPORTED;
  if (duplicateCheck === 'only' && !isOther) {
    return { kind: 'written', sent: false, digest: lastDigest ?? digest, duplicateCheckMs: null };
  }
  const last = isOther ? null : lastDigest;
  return bringUpToDate(request, { id: newest.value, digest, lastDigest: last }, ports);
}

async function create(request: WriteRequest, digest: string, ports: WritePorts): Promise<WriteOutcome> {
  const { deployment, repository, fields } = request;
  const { api, store, send } = ports;
  const outcome = await ports.createOnce({
    id: deployment.id,
    attemptedAt: deployment.checkRunAttemptedAt,
    noteAttempt: () => store.saveReport(deployment.id, { checkRunAttemptedAt: stamp(ports.clock) }),
    noteRefusal: () => store.saveReport(deployment.id, { checkRunAttemptedAt: null }),
    look: () => findRuns(request, api),
    create: () => writeWithAnnotations(fields, (one) => send(() => api.create(repository, one))),
  });
  if (outcome.kind !== 'made') return outcome;
  const { value, isNew, older, isSure } = outcome;
  const { id, url } = value;
  const duplicateCheckMs = isSure ? null : DUPLICATE_CHECK_MS;
  if (isNew) {
    await store.saveReport(deployment.id, {
      checkRunId: id,
      checkRunUrl: url,
      ...(isSure ? { checkRunAttemptedAt: null } : {}),
      reportedRevision: deployment.revision,
    });
    return { kind: 'written', sent: true, digest, duplicateCheckMs };
  }
  const kept = await keepNewest(request, { newest: value, older, isSure }, ports);
  if (!kept.ok) return { kind: 'failed', failure: kept.failure, delayMs: null };
  const written = await bringUpToDate(request, { id, digest, lastDigest: null }, ports);
  return written.kind === 'written' ? { ...written, duplicateCheckMs } : written;
}

/** The deployment's runs that aren't marked as duplicates, oldest first. */
async function findRuns(
  { deployment, repository, fields, externalId }: WriteRequest,
  api: CheckRunApi,
): Promise<GitHubResult<readonly WrittenCheckRun[]>> {
  // By the sent name, which is cleaned and redacted.
  const found = await api.find(repository, { sha: deployment.sha, name: fields.name, externalId });
  if (!found.ok) return found;
  const { checkRunId, checkRunUrl } = deployment;
  const runs = [...found.value];
  // The known run exists even if GitHub doesn't show it now: an older run must not count as the newest.
  if (checkRunId !== null && !runs.some(({ id }) => id === checkRunId))
    runs.push({ id: checkRunId, url: checkRunUrl, isDuplicate: false });
  // A duplicate stays a duplicate.
  const value = runs.filter(({ isDuplicate }) => !isDuplicate).toSorted((a, b) => a.id - b.id);
  return { ok: true, value };
}

/** Concludes all runs but the newest, and returns its id. */
async function settleDuplicates(request: WriteRequest, ports: WritePorts): Promise<GitHubResult<number>> {
  const found = await findRuns(request, ports.api);
  if (!found.ok) return found;
  const newest = found.value.at(-1);
  if (!newest) return { ok: false, failure: NEWEST_NOT_SHOWN };
  const kept = await keepNewest(request, { newest, older: found.value.slice(0, -1), isSure: true }, ports);
  return kept.ok ? { ok: true, value: newest.id } : kept;
}

/**
 * Concludes the older runs. Stores the newest as the deployment's unwritten run first, because a process that ends meanwhile
 * would otherwise continue with a concluded one. `checkRunAttemptedAt` stays set until all are concluded.
 */
async function keepNewest(
  request: WriteRequest,
  { newest, older, isSure }: { newest: WrittenCheckRun; older: readonly WrittenCheckRun[]; isSure: boolean },
  { api, store, send }: WritePorts,
): Promise<GitHubResult<null>> {
  const { deployment, repository, fields } = request;
  if (newest.id !== deployment.checkRunId) {
    const other = { checkRunId: newest.id, checkRunUrl: newest.url, reportedRevision: UNREPORTED };
    await store.saveReport(deployment.id, other);
  }
  for (const { id } of older) {
    const concluded = await send(() => api.update(repository, id, renderDuplicate(fields, newest)));
    if (!concluded.ok) return concluded;
  }
  if (isSure) await store.saveReport(deployment.id, { checkRunAttemptedAt: null });
  return { ok: true, value: null };
}

async function bringUpToDate(
  { deployment, repository, fields }: WriteRequest,
  { id, digest, lastDigest }: { id: number; digest: string; lastDigest: string | null },
  { api, store, send }: WritePorts,
): Promise<WriteOutcome> {
  const isSame = digest === lastDigest;
  if (!isSame) {
    const kept = await keepNewAnnotations(api, { repository, id }, fields);
    if (!kept.ok) return { kind: 'failed', failure: kept.failure, delayMs: null };
    const updated = await writeWithAnnotations(kept.value, (one) =>
      send(() => api.update(repository, id, one)),
    );
    if (!updated.ok) return { kind: 'failed', failure: updated.failure, delayMs: null };
  }
  await store.saveReport(deployment.id, { reportedRevision: deployment.revision });
  return { kind: 'written', sent: !isSame, digest, duplicateCheckMs: null };
}

/**
 * Sends a write. If GitHub calls it invalid, sends it again without its annotations, because a conclusion matters more than
 * they do.
 */
async function writeWithAnnotations<T>(
  fields: CheckRunFields,
  write: (fields: CheckRunFields) => Promise<GitHubResult<T>>,
): Promise<GitHubResult<T>> {
  const written = await write(fields);
  if (written.ok || !hasAnnotations(fields)) return written;
  const { failure } = written;
  const isInvalid = failure.kind === 'rejected' && failure.status === 422;
  return isInvalid ? write(withAnnotations(fields, [])) : written;
}
