import type { Probot } from 'probot';
import { readCommitComment, readIssueComment } from './intake/read-comment.ts';
import { readInstallation } from './intake/read-installation.ts';
import { readPush, readRepositoryChange } from './intake/read-payload.ts';
import { readPullRequest } from './intake/read-pull-request.ts';
import { readCheckRun, readCheckSuite } from './intake/read-rerun.ts';
import { type ReceivePorts, receiveDelivery } from './intake/receive-delivery.ts';

export interface AppPorts extends ReceivePorts {
  /** An installation is new, or works again. */
  readonly onInstallation: (installationId: number) => void;
}

/** Which events the app acts on; all others are answered and dropped by Probot. */
export function createApp(ports: AppPorts): (app: Probot) => void {
  return (app) => {
    app.on('push', (context) => receiveDelivery(ports, context, readPush));
    app.on(
      ['repository.renamed', 'repository.transferred', 'repository.publicized', 'repository.privatized'],
      (context) => receiveDelivery(ports, context, readRepositoryChange),
    );
    app.on('issue_comment.created', (context) => receiveDelivery(ports, context, readIssueComment));
    app.on('commit_comment.created', (context) => receiveDelivery(ports, context, readCommitComment));
    app.on(['check_run.requested_action', 'check_run.rerequested'], (context) =>
      receiveDelivery(ports, context, readCheckRun),
    );
    app.on('check_suite.rerequested', (context) => receiveDelivery(ports, context, readCheckSuite));
    app.on(
      [
        'pull_request.opened',
        'pull_request.synchronize',
        'pull_request.reopened',
        'pull_request.ready_for_review',
      ],
      (context) => receiveDelivery(ports, context, readPullRequest),
    );
    // Only a hint, and so not stored: without it, what waits is tried again within a quarter of an hour.
    app.on(['installation.created', 'installation.unsuspend'], ({ payload }) => {
      const id = readInstallation(payload);
      if (id !== null) ports.onInstallation(id);
    });
  };
}
