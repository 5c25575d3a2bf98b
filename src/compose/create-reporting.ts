import type { Accounts } from '../domain/account.ts';
import type { Dispatcher } from '../domain/dispatcher.ts';
import type { Pages } from '../domain/pages.ts';
import type { ShownCheckRuns } from '../domain/shown-check-run.ts';
import { createCheckRunApi } from '../github/check-runs.ts';
import type { GetOctokit } from '../github/octokit.ts';
import { createLogExcerptBuilder } from '../logs/log-excerpt-builder.ts';
import { LogStore } from '../logs/log-store.ts';
import type { Redactor } from '../logs/redact.ts';
import { CheckRunWriter } from '../reporting/check-run-writer.ts';
import { hideOwnSecrets, hideOwnSecretsInView } from '../reporting/hide-own-secrets.ts';
import { renderCheckRun } from '../reporting/render/render-check-run.ts';
import { renderConfigurationRun } from '../reporting/render/render-configuration-run.ts';
import type { Reporter } from '../reporting/reporter.ts';
import { WriterLeases } from '../scheduling/writer-leases.ts';
import type { Foundation } from './foundation.ts';

export interface Reporting {
  readonly writer: CheckRunWriter;
  /** Tells the writer of this process, and the conversations about commands, of changes. */
  readonly reporter: Reporter;
  readonly pages: Pages;
  readonly logs: LogStore;
  readonly runs: ShownCheckRuns;
  /** On whose behalf the writer writes; null: this process is the only one. */
  readonly writing: WriterLeases | null;
}

/** The logs, what is rendered from them, and the one writer of check runs. */
export function createReporting(
  foundation: Foundation,
  accounts: Accounts,
  getOctokit: GetOctokit,
): Reporting {
  const { configuration, stores, redactor, clock, log, lanes, metrics, shared } = foundation;
  const logs = new LogStore(() => createLogExcerptBuilder(countRedactions(redactor, metrics.redacted)));
  // Of an account that isn't served any more, the environment's is the best guess.
  const ownOrigin = new URL(configuration.meltano.apiUrl).origin;
  const pages: Pages = {
    githubUrl: configuration.github.webUrl,
    workspaceUrl({ account, workspaceId }) {
      const origin = account === null ? ownOrigin : (accounts.byKey(account)?.pagesUrl ?? ownOrigin);
      return `${origin}/workspaces/${workspaceId}`;
    },
  };
  const api = createCheckRunApi({ getOctokit, appId: configuration.github.appId, now: clock.now });
  const writing = shared && new WriterLeases(shared.leases);
  const writer = new CheckRunWriter({
    api,
    store: stores,
    repositories: stores,
    logs,
    lanes,
    clock,
    log,
    pages,
    random: Math.random,
    render: (view) => hideOwnSecrets(renderCheckRun(hideOwnSecretsInView(view, redactor)), redactor),
    renderConfiguration: (view) => hideOwnSecrets(renderConfigurationRun(view), redactor),
    limits: configuration,
    onWritten: (of) => {
      if (!('verdict' in of)) metrics.written(of, clock.now());
    },
    ...(writing ? { onBehalf: writing.onBehalf } : {}),
  });
  const reporter = tellConversations(writer, foundation.dispatcher);
  return { writer, writing, reporter, pages, logs, runs: api };
}

/** Tells how many secrets were taken out of the logs. */
function countRedactions(
  redactor: Pick<Redactor, 'forLog'>,
  onRedacted: (count: number) => void,
): Pick<Redactor, 'forLog'> {
  return {
    forLog() {
      const log = redactor.forLog();
      return {
        async redactLines(lines) {
          const redacted = await log.redactLines(lines);
          onRedacted(redacted.count);
          return redacted;
        },
      };
    },
  };
}

/** A change of a deployment is news for the command that asked for it, and for the one that withdrew it. */
export function tellConversations(writer: Reporter, dispatcher: Dispatcher): Reporter {
  return {
    logRead: (deployment, grew) => writer.logRead(deployment, grew),
    configurationRead: (run) => writer.configurationRead(run),
    changed(deployment) {
      writer.changed(deployment);
      const { cause, deliveryId, withdrawDeliveryId } = deployment;
      if (cause === 'command') dispatcher.wake('command', deliveryId);
      if (withdrawDeliveryId !== null) dispatcher.wake('command', withdrawDeliveryId);
    },
  };
}
