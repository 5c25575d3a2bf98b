import type { Deployment } from '../../../src/domain/deployment.ts';

let count = 0;

/** A waiting deployment with the given differences. */
export function buildDeployment(differences: Partial<Deployment> = {}): Deployment {
  count += 1;
  const id = `deployment-${count}`;
  return {
    id,
    account: 'environment',
    workspaceId: '71c0ef56-7f7e-47c1-9700-2d7e2eb5a04e',
    workspaceName: 'Analytics',
    environment: null,
    branch: 'main',
    directory: null,
    installationId: 1,
    repositoryId: 2,
    deliveryId: `delivery-${count}`,
    checkName: 'Meltano Deploy (Analytics)',
    sha: count.toString(16).padStart(40, '0'),
    before: null,
    requestedBy: 'ana',
    requestedByBot: false,
    cause: 'push',
    redeployOf: null,
    rerun: null,
    withdrawnBy: null,
    withdrawDeliveryId: null,
    pushedAt: count * 1000,
    receivedAt: count * 1000,
    state: 'waiting',
    reason: 'push',
    conclusion: null,
    concludedAt: null,
    problem: null,
    supersededBy: null,
    startSince: null,
    attemptedAt: null,
    knownJobIds: [],
    attemptOutcome: null,
    conflictSince: null,
    failures: 0,
    retryAt: null,
    jobId: null,
    acceptedAt: null,
    jobStatus: null,
    jobStartedAt: null,
    jobEndedAt: null,
    deployedSha: null,
    revision: 1,
    reportedRevision: 0,
    checkRunId: null,
    checkRunUrl: null,
    checkRunAttemptedAt: null,
    ...differences,
  };
}
