import { createHash } from 'node:crypto';
import { type CreateOnce, LAST_LOOK_MS } from '../domain/create-once.ts';
import type { Deployment, Repository } from '../domain/deployment.ts';
import type { GitHubFailure, GitHubResult } from '../domain/github-result.ts';
import type { Clock, ReportStore } from '../domain/ports.ts';
import { stamp } from '../domain/stored-times.ts';
import type { CheckRunFields } from '../report/check-run-view.ts';
import { renderDuplicate } from '../report/render-duplicate.ts';
import { keepNewAnnotations, writeWithAnnotations } from './annotations-once.ts';
import type { CheckRunApi, WrittenCheckRun } from './check-runs.ts';
import type { SendWrite } from './write-lane.ts';

/** What a check run is about, as far as writing it goes. */
export type ReportedRun = Pick<
  Deployment,
  | 'id'
  | 'installationId'
  | 'sha'
  | 'state'
  | 'revision'
  | 'reportedRevision'
  | 'checkRunId'
  | 'checkRunAttemptedAt'
>;

export type WriteOutcome =
  /** Written, or there was nothing to write; `sent` says whether a write went out. */
  | {
      readonly kind: 'written';
      readonly sent: boolean;
      readonly digest: string;
      /** Milliseconds until a second run for the same deployment is looked for; null for never. */
      readonly lookMs: number | null;
    }
  /** The run may exist and isn't shown yet. */
  | { readonly kind: 'look again'; readonly waitMs: number }
  | {
      readonly kind: 'failed';
      readonly failure: GitHubFailure;
      /** When to try again (milliseconds); null where the failure has to say it. */
      readonly waitMs: number | null;
    };

export interface WriteRequest {
  readonly deployment: ReportedRun;
  /** What the run's `external_id` begins with. */
  readonly externalId: string;
  readonly repository: Repository;
  readonly fields: CheckRunFields;
  /** The fields without what only the time changes. */
  readonly timeless: CheckRunFields;
  /** The digest of what was written last. */
  readonly lastDigest: string | null;
  /** Whether a second run for the same deployment is to be looked for now, and whether there is more to do than that. */
  readonly looks: 'no' | 'first' | 'only';
}

export interface WritePorts {
  readonly api: CheckRunApi;
  readonly store: Pick<ReportStore, 'saveReport'>;
  readonly createOnce: CreateOnce;
  /** All writes go through it. */
  readonly send: SendWrite;
  readonly clock: Clock;
}

/** Brings one check run to the state of its deployment. */
export async function writeCheckRun(request: WriteRequest, ports: WritePorts): Promise<WriteOutcome> {
  const { deployment, lastDigest, looks } = request;
  const digest = createHash('sha1').update(JSON.stringify(request.timeless)).digest('base64');
  const { checkRunId } = deployment;
  if (checkRunId === null) return create(request, digest, ports);
  if (looks === 'no') return bringUpToDate(request, { id: checkRunId, digest, lastDigest }, ports);
  const newest = await settleDuplicates(request, checkRunId, ports);
  if (!newest.ok) return { kind: 'failed', failure: newest.failure, waitMs: null };
  const isOther = newest.value !== checkRunId;
  if (looks === 'only' && !isOther) {
    return { kind: 'written', sent: false, digest: lastDigest ?? digest, lookMs: null };
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
  await store.saveReport(deployment.id, {
    checkRunId: id,
    checkRunUrl: url,
    ...(isSure ? { checkRunAttemptedAt: null } : {}),
    ...(isNew ? { reportedRevision: deployment.revision } : {}),
  });
  const lookMs = isSure ? null : LAST_LOOK_MS;
  if (isNew) return { kind: 'written', sent: true, digest, lookMs };
  const concluded = await concludeDuplicates(request, { newest: value, older }, ports);
  if (!concluded.ok) return { kind: 'failed', failure: concluded.failure, waitMs: null };
  const written = await bringUpToDate(request, { id, digest, lastDigest: null }, ports);
  return written.kind === 'written' ? { ...written, lookMs } : written;
}

/** The runs that were made for the deployment, oldest first. */
async function findRuns(
  { deployment, repository, fields, externalId }: WriteRequest,
  api: CheckRunApi,
): Promise<GitHubResult<readonly WrittenCheckRun[]>> {
  // By the name as it was written: what can't be shown is taken out of it.
  const found = await api.find(repository, { sha: deployment.sha, name: fields.name, externalId });
  // One that was concluded as a duplicate stays so, also where GitHub doesn't show the newest right now.
  return found.ok ? { ok: true, value: found.value.filter(({ isDuplicate }) => !isDuplicate) } : found;
}

/** Looks for more than one run, concludes all but the newest, and gives that one's id. */
async function settleDuplicates(
  request: WriteRequest,
  checkRunId: number,
  ports: WritePorts,
): Promise<GitHubResult<number>> {
  const { deployment } = request;
  const found = await findRuns(request, ports.api);
  if (!found.ok) return found;
  const newest = found.value.at(-1);
  if (newest) {
    const older = found.value.slice(0, -1);
    const concluded = await concludeDuplicates(request, { newest, older }, ports);
    if (!concluded.ok) return concluded;
  }
  const id = newest?.id ?? checkRunId;
  const url = newest && newest.id !== checkRunId ? { checkRunId: id, checkRunUrl: newest.url } : {};
  await ports.store.saveReport(deployment.id, { ...url, checkRunAttemptedAt: null });
  return { ok: true, value: id };
}

async function concludeDuplicates(
  { repository, fields }: WriteRequest,
  { newest, older }: { readonly newest: WrittenCheckRun; readonly older: readonly WrittenCheckRun[] },
  { api, send }: WritePorts,
): Promise<GitHubResult<null>> {
  for (const { id, isDuplicate } of older) {
    if (isDuplicate) continue;
    const concluded = await send(() => api.update(repository, id, renderDuplicate(fields, newest)));
    if (!concluded.ok) return concluded;
  }
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
    if (!kept.ok) return { kind: 'failed', failure: kept.failure, waitMs: null };
    const updated = await writeWithAnnotations(kept.value, (one) =>
      send(() => api.update(repository, id, one)),
    );
    if (!updated.ok) return { kind: 'failed', failure: updated.failure, waitMs: null };
  }
  await store.saveReport(deployment.id, { reportedRevision: deployment.revision });
  return { kind: 'written', sent: !isSame, digest, lookMs: null };
}
