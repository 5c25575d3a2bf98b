import type { ShownWatch } from '../../../src/commands/replies/reply-view.ts';
import type { Pipeline } from '../../../src/domain/pipeline.ts';

export function buildPipeline(differences: Partial<Pipeline> = {}): Pipeline {
  return {
    id: 'f3b1c0d2-0000-4000-8000-000000000001',
    name: 'facebook',
    label: null,
    status: 'READY',
    schedule: null,
    triggeredBy: [],
    dataComponents: [],
    repositoryPath: null,
    lastModified: null,
    ...differences,
  };
}

/** A run that a command asked for, as a reply shows it. */
export function buildWatch(differences: Partial<ShownWatch> = {}): ShownWatch {
  return {
    id: 'pipelines:run:command',
    purpose: 'run',
    account: 'environment',
    workspaceId: '71c0ef56-7f7e-47c1-9700-2d7e2eb5a04e',
    repositoryId: 2,
    installationId: 1,
    workspaceName: 'Analytics (prod)',
    directory: null,
    log: null,
    checkName: 'Meltano Deploy (Analytics (prod)): run of facebook',
    sha: 'a1b2c3d4e5f60718293a4b5c6d7e8f9001122334',
    deploymentId: null,
    deliveryId: 'command',
    requestedBy: 'ana',
    pipelines: [],
    createdAt: 0,
    state: 'queued',
    ending: null,
    supersededBy: null,
    rerun: null,
    concludedAt: null,
    revision: 1,
    reportedRevision: 1,
    checkRunId: 42,
    checkRunUrl: 'https://github.com/acme/data/runs/42',
    checkRunAttemptedAt: null,
    ...differences,
  };
}
