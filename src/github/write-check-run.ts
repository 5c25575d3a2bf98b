import { createHash } from 'node:crypto';
import type { Deployment, Repository } from '../domain/deployment.ts';
import type { GitHubFailure } from '../domain/github-result.ts';
import type { Clock, ReportStore } from '../domain/ports.ts';
import type { CheckRunFields } from '../report/check-run-view.ts';
import { keepNewAnnotations, writeWithAnnotations } from './annotations-once.ts';
import type { CheckRunApi } from './check-runs.ts';

/** How long a create whose answer was lost is looked for before it is sent again (milliseconds): a new run may take seconds to show. */
const LOOK_FOR_MS = 15_000;

/** What a check run is about, as far as writing it goes. */
export type ReportedRun = Pick<
  Deployment,
  'id' | 'installationId' | 'sha' | 'state' | 'revision' | 'checkRunId' | 'checkRunAttemptedAt'
>;

export type WriteOutcome =
  /** Written, or there was nothing to write; `sent` says whether a write went out. */
  | {
      readonly kind: 'written';
      readonly sent: boolean;
      readonly digest: string;
      readonly deployment: ReportedRun;
    }
  /** The run may exist and isn't shown yet. */
  | { readonly kind: 'look again' }
  | { readonly kind: 'failed'; readonly failure: GitHubFailure; readonly deployment: ReportedRun };

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
}

/** Brings one check run to the state of its deployment, with at most one write. */
export async function writeCheckRun(
  request: WriteRequest,
  ports: { api: CheckRunApi; store: Pick<ReportStore, 'saveReport'>; clock: Clock },
): Promise<WriteOutcome> {
  const { deployment } = request;
  const digest = createHash('sha1').update(JSON.stringify(request.timeless)).digest('base64');
  if (deployment.checkRunId === null) return create(request, digest, ports);
  if (digest === request.lastDigest) {
    await ports.store.saveReport(deployment.id, { reportedRevision: deployment.revision });
    return { kind: 'written', sent: false, digest, deployment };
  }
  return update(request, deployment.checkRunId, digest, ports);
}

async function create(
  request: WriteRequest,
  digest: string,
  ports: { api: CheckRunApi; store: Pick<ReportStore, 'saveReport'>; clock: Clock },
): Promise<WriteOutcome> {
  const { deployment, repository, fields } = request;
  const now = ports.clock.now();
  if (deployment.checkRunAttemptedAt !== null) {
    const found = await ports.api.find(repository, {
      sha: deployment.sha,
      // As it was written: what can't be shown is taken out of it.
      name: fields.name,
      externalId: request.externalId,
    });
    if (!found.ok) return { kind: 'failed', failure: found.failure, deployment };
    if (found.value) {
      const { id, url } = found.value;
      await ports.store.saveReport(deployment.id, { checkRunId: id, checkRunUrl: url });
      return update(request, id, digest, ports);
    }
    if (now - deployment.checkRunAttemptedAt < LOOK_FOR_MS) return { kind: 'look again' };
  }
  await ports.store.saveReport(deployment.id, { checkRunAttemptedAt: now });
  const created = await writeWithAnnotations(fields, (one) => ports.api.create(repository, one));
  if (!created.ok) {
    // Only an unknown outcome has to be looked for.
    if (created.failure.kind !== 'unknown') {
      await ports.store.saveReport(deployment.id, { checkRunAttemptedAt: null });
    }
    return { kind: 'failed', failure: created.failure, deployment };
  }
  const { id, url } = created.value;
  await ports.store.saveReport(deployment.id, {
    checkRunId: id,
    checkRunUrl: url,
    reportedRevision: deployment.revision,
  });
  return { kind: 'written', sent: true, digest, deployment };
}

async function update(
  request: WriteRequest,
  checkRunId: number,
  digest: string,
  ports: { api: CheckRunApi; store: Pick<ReportStore, 'saveReport'> },
): Promise<WriteOutcome> {
  const { deployment, repository } = request;
  const fields = await keepNewAnnotations(ports.api, { repository, id: checkRunId }, request.fields);
  if (!fields.ok) return { kind: 'failed', failure: fields.failure, deployment };
  const updated = await writeWithAnnotations(fields.value, (one) =>
    ports.api.update(repository, checkRunId, one),
  );
  if (!updated.ok) return { kind: 'failed', failure: updated.failure, deployment };
  await ports.store.saveReport(deployment.id, { reportedRevision: deployment.revision });
  return { kind: 'written', sent: true, digest, deployment };
}
