import type { OpenCheckRuns } from '../domain/ports.ts';
import { CheckRunWriter } from '../github/check-run-writer.ts';
import { createCheckRunApi } from '../github/check-runs.ts';
import type { GetOctokit } from '../github/octokit.ts';
import { LogBook } from '../reconcile/log-book.ts';
import { hideOwnSecrets } from '../report/hide-own-secrets.ts';
import { createLogExcerptBuilder } from '../report/log-excerpt-builder.ts';
import { renderCheckRun } from '../report/render-check-run.ts';
import type { Foundation } from './foundation.ts';

export interface Reporting {
  readonly writer: CheckRunWriter;
  readonly logs: LogBook;
  readonly openRuns: OpenCheckRuns;
}

/** The logs, what is rendered from them, and the one writer of check runs. */
export function createReporting(foundation: Foundation, getOctokit: GetOctokit): Reporting {
  const { configuration, stores, redactor, clock, log } = foundation;
  const logs = new LogBook(() => createLogExcerptBuilder(redactor));
  const pages = new URL(configuration.meltano.apiUrl).origin;
  const api = createCheckRunApi({ getOctokit, appId: configuration.github.appId, now: clock.now });
  const writer = new CheckRunWriter({
    ...{ api, store: stores, repositories: stores, logs, clock, log, random: Math.random },
    render: (view) => hideOwnSecrets(renderCheckRun(view), redactor),
    pages: {
      githubUrl: configuration.github.webUrl,
      workspaceUrl: (deployment) => `${pages}/workspaces/${deployment.workspaceId}`,
    },
    limits: configuration,
  });
  return { writer, logs, openRuns: api };
}
