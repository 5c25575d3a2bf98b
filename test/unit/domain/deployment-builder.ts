import { randomUUID } from 'node:crypto';
import type { Deployment, PlannedDeployment } from '../../../src/domain/deployment.ts';

let count = 0;

/** What planning stores of a push, with the given differences. */
export function buildPlanned(differences: Partial<PlannedDeployment> = {}): PlannedDeployment {
  return {
    id: randomUUID(),
    account: 'environment',
    workspaceId: '71c0ef56-7f7e-47c1-9700-2d7e2eb5a04e',
    workspaceName: 'Analytics',
    environment: null,
    log: null,
    badFile: null,
    directory: null,
    installationId: 1,
    repositoryId: 2,
    deliveryId: randomUUID(),
    checkName: 'Meltano Deploy (Analytics)',
    receivedAt: 1_000,
    branch: 'main',
    sha: 'a'.repeat(40),
    before: null,
    requestedBy: 'ana',
    requestedByBot: false,
    cause: 'push',
    redeployOf: null,
    pushedAt: 1_000,
    reason: 'push',
    conclusion: null,
    problem: null,
    treeDigest: null,
    gates: [],
    forcedBy: null,
    hold: null,
    ...differences,
  };
}

/** A waiting deployment with the given differences; each is a second newer than the one before. */
export function buildDeployment(differences: Partial<Deployment> = {}): Deployment {
  count += 1;
  return {
    ...buildPlanned({
      id: `deployment-${count}`,
      deliveryId: `delivery-${count}`,
      sha: count.toString(16).padStart(40, '0'),
      pushedAt: count * 1000,
      receivedAt: count * 1000,
    }),
    rerun: null,
    withdrawnBy: null,
    withdrawDeliveryId: null,
    state: 'waiting',
    concludedAt: null,
    supersededBy: null,
    gateSha: null,
    ungated: null,
    armedUntil: null,
    heldSince: null,
    startSince: null,
    attemptedAt: null,
    knownJobIds: [],
    attemptOutcome: null,
    conflictSince: null,
    failures: 0,
    retryAt: null,
    jobId: null,
    adopted: false,
    acceptedAt: null,
    jobStatus: null,
    jobStartedAt: null,
    jobEndedAt: null,
    deployedSha: null,
    attempts: null,
    firstTry: null,
    failedBefore: null,
    settlingSince: null,
    serviceStartTime: null,
    serviceEndTime: null,
    pipelines: null,
    revision: 1,
    reportedRevision: 0,
    checkRunId: null,
    checkRunUrl: null,
    checkRunAttemptedAt: null,
    ...differences,
  };
}
