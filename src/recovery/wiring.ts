import { setTimeout as sleep } from 'node:timers/promises';
import type { AppContext } from '../app-context.ts';
import { isMeant } from '../domain/owner.ts';
import { normalizeHost } from '../domain/repository-url.ts';
import { createDeliveryLog } from '../github/hook-deliveries.ts';
import type { Planning } from '../planning/wiring.ts';
import type { Reporter } from '../reporting/reporter.ts';
import type { Reporting } from '../reporting/wiring.ts';
import { handleSweeps, type SweepRounds } from './handle-sweeps.ts';
import { createInstallationLearner, type InstallationLearning } from './learn-repositories.ts';
import { limitLogs } from './limit-logs.ts';
import { HourlyBudget } from './request-budget.ts';
import { createResumer } from './resume-installation.ts';
import { retainRecords } from './retain-records.ts';
import { wakeUnfinished } from './wake-unfinished.ts';

/** Most requests of the sweep of branch heads in one installation: an eighth of GitHub's limit. */
const SWEEP_REQUESTS_PER_HOUR = 600;
/** The pause between two steps of removing old records. */
const RETENTION_PAUSE_MS = 20;

export interface RecoveryPorts {
  readonly planning: Planning;
  readonly reporting: Reporting;
  readonly reporter: Reporter;
  /** Retries the check runs of an installation at once. */
  readonly resumeWriter: (installationId: number) => void;
}

export interface Recovery {
  /** Wakes all work that an earlier process left unfinished. */
  wakeUnfinished(): Promise<void>;
  /** Applies the accounts file's limits for logs to running jobs. */
  limitLogs(): Promise<void>;
  /** An installation is new or works again: retries its waiting writes and sweeps its repositories. */
  onInstallation(installationId: number): void;
  /** A signed delivery was answered with an error: asks GitHub for it again. */
  onFailedDelivery(): void;
}

/** Handles the queue `sweep`. */
export function startRecovery(context: AppContext, ports: RecoveryPorts): Recovery {
  const { configuration, stores, accounts, dispatcher, log, shared } = context;
  const { planning, reporter, resumeWriter } = ports;
  const resume = createResumer({ store: stores, dispatcher, resumeWriter, log });
  const learning = prepareLearning(context, planning, resume);
  const unfinished = { store: stores, dispatcher, reporter };
  const limitAllLogs = () => limitLogs({ store: stores, accounts, dispatcher });
  const wakeAll = async () => {
    await limitAllLogs();
    await wakeUnfinished(unfinished);
  };
  const sweeps = handleSweeps({
    dispatcher,
    recover: shared ? wakeAll : null,
    retain: createRetention(context),
    learnInstallation: createInstallationLearner(learning),
    rounds: configuration.sweepMinutes > 0 ? planRounds(context, ports, learning) : null,
  });
  return {
    wakeUnfinished: wakeAll,
    limitLogs: limitAllLogs,
    onInstallation(installationId) {
      resume(installationId);
      sweeps.onInstallation(installationId);
    },
    onFailedDelivery: sweeps.onFailedDelivery,
  };
}

function createRetention({ configuration, log, clock, stores, metrics }: AppContext): () => Promise<number> {
  const pause = () => sleep(RETENTION_PAUSE_MS);
  const days = configuration.retentionDays;
  return () => retainRecords({ store: stores, clock, log, days, pause, onRemoved: metrics.removed });
}

/** Learns repositories within the requests that sweeps may make. */
function prepareLearning(
  { clock, stores, dispatcher, log, metrics, budgets }: AppContext,
  { heads: installations }: Planning,
  onMoved: (installationId: number) => void,
): InstallationLearning {
  const sweepBudget = new HourlyBudget(clock, SWEEP_REQUESTS_PER_HOUR);
  const budget: InstallationLearning['budget'] = {
    take(id) {
      const isTaken = budgets.of(id).allowsAt('sweep', clock.elapsed()) === 0 && sweepBudget.take(id);
      metrics.sweepRequest(isTaken ? 'sent' : 'left_out');
      return isTaken;
    },
  };
  return {
    installations,
    budget,
    repositories: stores,
    dispatcher,
    clock,
    log,
    onMoved,
    random: Math.random,
  };
}

function planRounds(
  context: AppContext,
  { planning, reporting }: RecoveryPorts,
  learning: InstallationLearning,
): SweepRounds {
  const { configuration, log, clock, githubClock, stores, dispatcher, metrics } = context;
  const { octokit, accounts, knowOwner } = context;
  const { heads: installations, configurations } = planning;
  metrics.sweepLimit(SWEEP_REQUESTS_PER_HOUR);
  log.info(
    { everyMinutes: configuration.sweepMinutes, requestsPerHour: SWEEP_REQUESTS_PER_HOUR },
    'Sweeping for missed deliveries and branch heads, with a limit of requests for each installation',
  );
  const allowed = configuration.allowedAccounts;
  return {
    everyMs: configuration.sweepMinutes * 60_000,
    deliveries: {
      deliveryLog: createDeliveryLog(octokit.getForApp, { githubClock, log }),
      store: stores,
      clock,
      sleep,
      log,
      onFound: (count) => metrics.swept('delivery', count),
    },
    heads: {
      installations,
      accounts,
      repositories: stores,
      deliveries: stores,
      store: stores,
      dispatcher,
      clock,
      githubClock,
      log,
      budget: learning.budget,
      onMoved: learning.onMoved,
      githubHost: normalizeHost(configuration.github.host),
      knowOwner,
      isAllowed: (owner) => allowed === null || allowed.some((one) => isMeant(one, owner)),
      onFound: (count) => metrics.swept('push', count),
    },
    adoption: {
      runs: reporting.runs,
      plans: stores,
      configurations,
      accounts,
      dispatcher,
      clock,
      githubClock,
      log,
    },
  };
}
