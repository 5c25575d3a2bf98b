import { createHash } from 'node:crypto';
import type { Clock } from '../domain/clock.ts';
import type { DeploymentState, ReportProgress, Repository } from '../domain/deployment.ts';
import type { GitHubFailure, GitHubResult } from '../domain/github-result.ts';
import { stamp } from '../domain/stored-times.ts';
import type { CheckRunApi, WrittenCheckRun } from '../github/check-runs.ts';
import { type CreateOnce, DUPLICATE_CHECK_MS } from './create-once.ts';
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
  /** Written, or there was nothing to write; `sent` says whether a write went out. */
  | {
      readonly kind: 'written';
      readonly sent: boolean;
      readonly digest: string;
      /** Milliseconds until a second run for the same deployment is looked for; null for never. */
      readonly duplicateCheckMs: number | null;
    }
  /** The run may exist and isn't shown yet. */
  | { readonly kind: 'retry'; readonly delayMs: number }
  | {
      readonly kind: 'failed';
      readonly failure: GitHubFailure;
      /** When to try again (milliseconds); null where the failure has to say it. */
      readonly delayMs: number | null;
    };

/** A check run as it is to be now. */
export interface RenderedRun {
  /** What the run's `external_id` begins with. */
  readonly externalId: string;
  readonly fields: CheckRunFields;
  /** The fields without what only the time changes. */
  readonly timeless: CheckRunFields;
}

export interface WriteRequest extends RenderedRun {
  readonly deployment: ReportedRun;
  readonly repository: Repository;
  /** The digest of what was written last. */
  readonly lastDigest: string | null;
  /** Whether to look for a second run of the same deployment now, and whether that is all there is to do. */
  readonly duplicateCheck: 'no' | 'first' | 'only';
}

/** The revision of a run that doesn't show its deployment yet. */
const UNREPORTED = 0;
/** The known run is marked as a duplicate, and GitHub doesn't show the newer one. */
const NEWEST_NOT_SHOWN: GitHubFailure = {
  kind: 'unknown',
  message: 'GitHub does not show the newest check run',
};

export interface WritePorts {
  readonly api: CheckRunApi;
  readonly store: ReportStore;
  readonly createOnce: CreateOnce;
  /** All writes go through it. */
  readonly send: SendWrite;
  readonly clock: Clock;
}

/** Brings one check run to the state of its deployment. */
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

/** The runs of the deployment that are not marked as duplicates, oldest first. */
async function findRuns(
  { deployment, repository, fields, externalId }: WriteRequest,
  api: CheckRunApi,
): Promise<GitHubResult<readonly WrittenCheckRun[]>> {
  // By the name as it was sent, which is cleaned and redacted.
  const found = await api.find(repository, { sha: deployment.sha, name: fields.name, externalId });
  if (!found.ok) return found;
  const { checkRunId, checkRunUrl } = deployment;
  const runs = [...found.value];
  // It exists even if GitHub doesn't show it right now: an older run must not be taken for the newest.
  if (checkRunId !== null && !runs.some(({ id }) => id === checkRunId))
    runs.push({ id: checkRunId, url: checkRunUrl, isDuplicate: false });
  // A run that was concluded as a duplicate stays one.
  const value = runs.filter(({ isDuplicate }) => !isDuplicate).toSorted((a, b) => a.id - b.id);
  return { ok: true, value };
}

/** Looks for more than one run, concludes all but the newest, and gives that one's id. */
async function settleDuplicates(request: WriteRequest, ports: WritePorts): Promise<GitHubResult<number>> {
  const found = await findRuns(request, ports.api);
  if (!found.ok) return found;
  const newest = found.value.at(-1);
  if (!newest) return { ok: false, failure: NEWEST_NOT_SHOWN };
  const kept = await keepNewest(request, { newest, older: found.value.slice(0, -1), isSure: true }, ports);
  return kept.ok ? { ok: true, value: newest.id } : kept;
}

/**
 * Concludes the older runs. Which one is gone on with, and that it shows nothing yet, is stored before: a process that ends
 * meanwhile would go on with a concluded one. That others may be there is stored until they are concluded.
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
 * The fields for an update of a run, without the annotations if the run has some: GitHub adds those of every update to those
 * before, and an update whose answer was lost may have been taken. The run itself is asked, so nothing has to be remembered.
 */
async function keepNewAnnotations(
  api: CheckRunApi,
  run: { readonly repository: Repository; readonly id: number },
  fields: CheckRunFields,
): Promise<GitHubResult<CheckRunFields>> {
  if (!hasAnnotations(fields)) return { ok: true, value: fields };
  const count = await api.countAnnotations(run.repository, run.id);
  if (!count.ok) return count;
  return { ok: true, value: count.value > 0 ? leaveAnnotationsOut(fields) : fields };
}

/**
 * Sends a write, and once more without its annotations when GitHub calls it invalid: that they can't be shown must not keep a
 * conclusion from its run.
 */
async function writeWithAnnotations<T>(
  fields: CheckRunFields,
  write: (fields: CheckRunFields) => Promise<GitHubResult<T>>,
): Promise<GitHubResult<T>> {
  const written = await write(fields);
  if (written.ok || !hasAnnotations(fields)) return written;
  const { failure } = written;
  const isInvalid = failure.kind === 'rejected' && failure.status === 422;
  return isInvalid ? write(leaveAnnotationsOut(fields)) : written;
}

function hasAnnotations({ output }: CheckRunFields): boolean {
  return output.annotations !== undefined && output.annotations.length > 0;
}

function leaveAnnotationsOut(fields: CheckRunFields): CheckRunFields {
  const { annotations: _, ...output } = fields.output;
  return { ...fields, output };
}
