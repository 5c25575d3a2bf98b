import type { Selectable } from 'kysely';
import type {
  Deployment,
  FileAtCommit,
  FirstTry,
  PlannedDeployment,
  Rerun,
  TreeDigest,
} from '../domain/deployment.ts';
import type { Gate, Hold } from '../domain/gate.ts';
import type { JobAttempts } from '../domain/job-attempts.ts';
import type { FailedBefore, PipelinesAfter } from '../domain/judge-pipelines.ts';
import type { DeploymentTable } from './schema.ts';

export function toDeployment({ firstJobId: _, ...row }: Selectable<DeploymentTable>): Deployment {
  return {
    ...row,
    requestedByBot: row.requestedByBot === 1,
    adopted: row.adopted === 1,
    knownJobIds: JSON.parse(row.knownJobIds) as string[],
    rerun: row.rerun === null ? null : (JSON.parse(row.rerun) as Rerun),
    badFile: row.badFile === null ? null : (JSON.parse(row.badFile) as FileAtCommit),
    gates: JSON.parse(row.gates) as Gate[],
    hold: row.hold === null ? null : (JSON.parse(row.hold) as Hold),
    treeDigest: readTreeDigest(row.treeDigest),
    attempts: row.attempts === null ? null : (JSON.parse(row.attempts) as JobAttempts),
    firstTry: row.firstTry === null ? null : (JSON.parse(row.firstTry) as FirstTry),
    failedBefore: row.failedBefore === null ? null : (JSON.parse(row.failedBefore) as FailedBefore[]),
    pipelines: row.pipelines === null ? null : (JSON.parse(row.pipelines) as PipelinesAfter),
  };
}

export function readTreeDigest(text: string | null): TreeDigest | null {
  return text === null ? null : (JSON.parse(text) as TreeDigest);
}

/** The row of a newly planned deployment. Revision 0 means that no check run is due. */
export function toNewRow(planned: PlannedDeployment, now: number): Selectable<DeploymentTable> {
  const concluded = planned.conclusion !== null;
  return {
    ...planned,
    requestedByBot: planned.requestedByBot ? 1 : 0,
    badFile: planned.badFile && JSON.stringify(planned.badFile),
    gates: JSON.stringify(planned.gates),
    hold: planned.hold && JSON.stringify(planned.hold),
    treeDigest: planned.treeDigest ? JSON.stringify(planned.treeDigest) : null,
    state: concluded ? 'concluded' : 'waiting',
    concludedAt: concluded ? now : null,
    supersededBy: null,
    rerun: null,
    withdrawnBy: null,
    withdrawDeliveryId: null,
    gateSha: null,
    ungated: null,
    armedUntil: null,
    heldSince: null,
    startSince: null,
    attemptedAt: null,
    knownJobIds: '[]',
    attemptOutcome: null,
    conflictSince: null,
    failures: 0,
    retryAt: null,
    jobId: null,
    adopted: 0,
    acceptedAt: null,
    jobStatus: null,
    jobStartedAt: null,
    jobEndedAt: null,
    deployedSha: null,
    attempts: null,
    firstTry: null,
    firstJobId: null,
    failedBefore: null,
    settlingSince: null,
    serviceStartTime: null,
    serviceEndTime: null,
    pipelines: null,
    revision: planned.conclusion === 'none' ? 0 : 1,
    reportedRevision: 0,
    checkRunId: null,
    checkRunUrl: null,
    checkRunAttemptedAt: null,
  };
}
