import type { AppContext } from '../app-context.ts';
import type { Notices } from '../domain/notification.ts';
import { normalizeHost } from '../domain/repository-url.ts';
import type { Planning } from '../planning/wiring.ts';
import type { Reporter } from '../reporting/reporter.ts';
import type { Reporting } from '../reporting/wiring.ts';
import { createReportFinisher } from './finish-report.ts';
import type { JobLogReader, ReconcileContext } from './reconcile-context.ts';
import { WorkspaceReconciler } from './reconcile-workspace.ts';
import { PipelineWatcher } from './watch-pipelines.ts';

/** How often a waiting start looks for checks if there are no sweeps. */
const SELDOM_MINUTES = 15;

export interface DeployingPorts {
  readonly planning: Planning;
  readonly reporting: Reporting;
  readonly notices: Notices;
}

/** The handler of the queue `log`. */
export function createFinisher(
  context: AppContext,
  ports: DeployingPorts,
): ReturnType<typeof createReportFinisher> {
  const { localReporter: reporter, logs } = ports.reporting;
  return createReportFinisher(createReconcileContext(context, ports, { reporter, logs }), context.stores);
}

/** The handler of the queue `workspace`. */
export function createWorkspaceReconciler(
  context: AppContext,
  ports: DeployingPorts,
  reporter: Reporter,
): (key: string) => Promise<number | null> {
  const logs = context.shared ? skipLiveLogs(ports.reporting.logs) : ports.reporting.logs;
  const reconciler = new WorkspaceReconciler(createReconcileContext(context, ports, { reporter, logs }));
  return (key) => reconciler.reconcile(key);
}

/** The handler of the queue `pipelines`. */
export function createPipelineWatcher(
  context: AppContext,
  ports: DeployingPorts,
  reporter: Reporter,
): (id: string) => Promise<number | null> {
  const logs = context.shared ? skipLiveLogs(ports.reporting.logs) : ports.reporting.logs;
  const watcher = new PipelineWatcher(createReconcileContext(context, ports, { reporter, logs }));
  return (id) => watcher.watch(id);
}

function createReconcileContext(
  { configuration, stores, accounts, dispatcher, clock, githubClock, log, metrics }: AppContext,
  { planning, reporting, notices }: DeployingPorts,
  { reporter, logs }: { readonly reporter: Reporter; readonly logs: JobLogReader },
): ReconcileContext {
  return {
    configurations: planning.configurations,
    openTrees: planning.openTrees,
    readChangedPipelines: planning.readChangedPipelines,
    outputs: reporting.outputs,
    notices,
    reporter,
    logs,
    store: stores,
    repositories: stores,
    gateReads: planning.gateReads,
    accounts,
    dispatcher,
    clock,
    githubClock,
    log,
    random: Math.random,
    githubHost: normalizeHost(configuration.github.host),
    onConcluded: metrics.concluded,
    limits: {
      startMs: configuration.startTimeoutMinutes * 60_000,
      deployMs: configuration.deployTimeoutMinutes * 60_000,
      poll: configuration.poll,
      gateLookMs: (configuration.sweepMinutes || SELDOM_MINUTES) * 60_000,
    },
  };
}

/** Leaves live logs to the instance that writes the check run. */
function skipLiveLogs(logs: JobLogReader): JobLogReader {
  return {
    readOn: async () => ({ ok: true, value: false }),
    readWhole: (...request) => logs.readWhole(...request),
    examine: (...request) => logs.examine(...request),
  };
}
