import type { Deployment } from '../../../../src/domain/deployment.ts';
import type { LogExcerpt } from '../../../../src/domain/log-excerpt.ts';
import type { CheckRunView } from '../../../../src/reporting/render/check-run-view.ts';
import { buildDeployment } from '../../domain/deployment-builder.ts';
import { buildRepository } from '../../domain/push-builder.ts';

export const START = Date.UTC(2026, 5, 10, 7, 13, 39, 471);
export const WORKSPACE_ID = '71c0ef56-7f7e-47c1-9700-2d7e2eb5a04e';
export const SHA = 'a1b2c3d4e5f60718293a4b5c6d7e8f9001122334';
export const NEWER_SHA = 'd4e5f6a7b8c90718293a4b5c6d7e8f9001122334';

export function makeDeployment(changes: Partial<Deployment> = {}): Deployment {
  return buildDeployment({
    id: '5d0c3b1e-53ad-4b62-9d4e-6e0d8a3f1c22',
    account: 'acme',
    workspaceId: WORKSPACE_ID,
    environment: 'prod',
    directory: 'analytics',
    deliveryId: 'delivery',
    sha: SHA,
    pushedAt: START - 1000,
    receivedAt: START,
    ...changes,
  });
}

export function makeView(
  deployment: Partial<Deployment> = {},
  view: Partial<Omit<CheckRunView, 'deployment'>> = {},
): CheckRunView {
  return {
    deployment: makeDeployment(deployment),
    repository: buildRepository(),
    workspaceUrl: `https://app.meltano.com/workspaces/${WORKSPACE_ID}`,
    githubUrl: 'https://github.com',
    projectCheck: null,
    predecessor: null,
    waitsFor: null,
    supersededBy: null,
    redeployOf: null,
    redeployedAs: null,
    wayBack: null,
    verification: null,
    verificationLog: null,
    areIssuesDisabled: false,
    firstLog: null,
    log: null,
    deployTimeoutMinutes: 120,
    startTimeoutMinutes: 60,
    now: START,
    ...view,
  };
}

/** A job that was accepted, waited four seconds and ran for `seconds`. */
export function makeRun(seconds: number, changes: Partial<Deployment> = {}): Partial<Deployment> {
  return {
    state: 'concluded',
    jobId: '0a1b2c3d-1111-4222-8333-444455556666',
    acceptedAt: START + 1000,
    jobStartedAt: START + 5000,
    jobEndedAt: START + 5000 + seconds * 1000,
    concludedAt: START + 6000 + seconds * 1000,
    deployedSha: SHA,
    ...changes,
  };
}

export function makeLog(tail: readonly string[], changes: Partial<LogExcerpt> = {}): LogExcerpt {
  return {
    totalLines: tail.length,
    omittedLines: 0,
    tail,
    firstError: null,
    locatedErrors: [],
    redactions: 0,
    complete: true,
    ...changes,
  };
}
