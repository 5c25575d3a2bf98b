import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { AppContext } from '../app-context.ts';
import { readRepositoryConfiguration } from '../config/repository-configuration-file.ts';
import type {
  ConfigurationFiles,
  Configurations,
  FindPolicy,
  ReadConfiguration,
} from '../domain/configuration-in-use.ts';
import type { GateReads } from '../domain/gate-reads.ts';
import type { InstallationReader } from '../domain/installation-reader.ts';
import type { Notices } from '../domain/notification.ts';
import { isMeant } from '../domain/owner.ts';
import { NO_POLICY } from '../domain/repository-configuration.ts';
import { normalizeHost } from '../domain/repository-url.ts';
import { CheckRuns } from '../github/check-runs.ts';
import { createConfigurationFiles } from '../github/configuration-files.ts';
import { createGateReads } from '../github/gate-reads.ts';
import { createInstallationReader } from '../github/installation-reader.ts';
import { createProjectSources } from '../github/project-sources.ts';
import type { RequestUse } from '../github/rate-budget.ts';
import { createTreeReader } from '../github/read-trees.ts';
import { createSetupApi } from '../github/setup-runs.ts';
import type { ProjectCommits } from '../project/project-source.ts';
import { nameEnvironment } from '../reporting/render/describe-github-deployment.ts';
import { nameCheckRun } from '../reporting/render/name-check-run.ts';
import type { Reporter } from '../reporting/reporter.ts';
import type { OpenTrees } from './changed-paths.ts';
import { createChangedPipelineReader, type ReadChangedPipelines } from './changed-pipelines.ts';
import { checkPull } from './check-pull.ts';
import { createSetupChecker } from './check-setup.ts';
import { commitChecks } from './commit-plan.ts';
import { digestTexts } from './digest-text.ts';
import type { CommandPlanning } from './event-context.ts';
import { DeliveryPlanner } from './plan-deliveries.ts';
import type { PlanningPorts } from './plan-push.ts';
import { ProjectChecker } from './project-checker.ts';
import { PushTrees } from './push-trees.ts';
import { createConfigurations } from './repository-configurations.ts';
import { RequiredChecker } from './required-checker.ts';
import { selectEntries } from './select-entries.ts';

/** Readers of repositories, shared with other rooms. */
export interface Planning {
  readonly heads: InstallationReader;
  readonly gateReads: GateReads;
  readonly files: ConfigurationFiles;
  readonly configurations: Configurations;
  readonly readConfiguration: ReadConfiguration;
  readonly findPolicy: FindPolicy;
  readonly openTrees: OpenTrees;
  readonly commits: ProjectCommits;
  readonly readChangedPipelines: ReadChangedPipelines;
  readonly ports: PlanningPorts;
}

export function createPlanning(context: AppContext): Planning {
  const { configuration, clock, githubClock, stores, octokit, budgets, accounts, knowOwner, redactor } =
    context;
  const mayAskFor = (use: RequestUse) => (installationId: number) =>
    budgets.of(installationId).allowsAt(use, clock.elapsed()) === 0;
  const heads = createInstallationReader({ getOctokit: octokit.get, getAppOctokit: octokit.getForApp });
  const files = createConfigurationFiles({
    getOctokit: octokit.get,
    sleep,
    // A push to the default branch can't be judged without the file, and that takes at most two requests.
    mayAsk: mayAskFor('create'),
  });
  const readConfiguration: ReadConfiguration = (text, workspaces) =>
    readRepositoryConfiguration(text, { workspaces });
  const trees = createTreeReader({
    getOctokit: octokit.get,
    sleep,
    mayAsk: mayAskFor('plan'),
    elapsed: clock.elapsed,
  });
  const findPolicy: FindPolicy = async ({ ownerId: id, owner: login }) =>
    accounts.forOwner(await knowOwner({ id, login }))?.policy ?? NO_POLICY;
  const configurations = createConfigurations({
    files,
    heads,
    trees,
    store: stores,
    repositories: stores,
    findPolicy,
    read: readConfiguration,
  });
  const openTrees: OpenTrees = (repository) =>
    new PushTrees(repository, { reader: trees, selectEntries, digestTexts });
  const ports: PlanningPorts = {
    openTrees,
    store: stores,
    newId: randomUUID,
    githubClock,
    // The name is cut and stored, so secrets are redacted first.
    nameCheckRun: (workspace) =>
      nameCheckRun({ ...workspace, workspaceName: redactor.redactText(workspace.workspaceName) }),
    nameEnvironment: (workspace) => nameEnvironment(workspace, redactor.redactText),
    readMessage: files.readMessage,
    lacksPush: async ({ account, workspaceId, repositoryId, branch }) =>
      accounts.byKey(account)?.triggerOf(workspaceId).kind === 'webhook' &&
      (await stores.findPush(repositoryId, branch)) === null,
  };
  const commits = createProjectSources({ getOctokit: octokit.get, trees, mayAsk: mayAskFor('project') });
  const gateReads = createGateReads({
    getOctokit: octokit.get,
    heads,
    mayAsk: mayAskFor('create'),
    appId: configuration.github.appId,
    now: clock.now,
  });
  return {
    heads,
    gateReads,
    files,
    configurations,
    readConfiguration,
    findPolicy,
    openTrees,
    commits,
    readChangedPipelines: createChangedPipelineReader(commits),
    ports,
  };
}

export interface PlannerPorts {
  readonly reporter: Reporter;
  readonly commands: CommandPlanning;
  readonly notices: Notices;
}

/** The handler of the queue `plan`. */
export function createDeliveryPlanner(
  context: AppContext,
  { heads, files, configurations, readConfiguration, findPolicy, ports }: Planning,
  { reporter, commands, notices }: PlannerPorts,
): (repositoryKey: string) => Promise<number | null> {
  const { configuration, stores, accounts, dispatcher, clock, log, metrics, knowOwner } = context;
  const planner = new DeliveryPlanner({
    configurations,
    repositories: stores,
    accounts,
    dispatcher,
    clock,
    log,
    random: Math.random,
    githubHost: normalizeHost(configuration.github.host),
    onConcluded: metrics.concluded,
    reporter,
    notices,
    onDecision: metrics.decided,
    deliveries: stores,
    plans: stores,
    sweeps: stores,
    requiredChecks: stores,
    heads,
    commitRuns: stores,
    checkPull: (pull) =>
      checkPull(pull, {
        files,
        configurations,
        read: readConfiguration,
        findPolicy,
        commitProject: (checks) => commitChecks({ plans: stores, dispatcher }, checks),
      }),
    planning: ports,
    commands,
    knowOwner,
    allowedAccounts: configuration.allowedAccounts,
  });
  return (repositoryKey) => planner.plan(repositoryKey);
}

/** The handler of the queue `project`. */
export function createProjectChecker(
  { stores, budgets, dispatcher, clock, log }: AppContext,
  { commits }: Planning,
  reporter: Reporter,
): (id: string) => Promise<number | null> {
  const checker = new ProjectChecker({
    store: stores,
    repositories: stores,
    commits,
    readDelayMs: (installationId) =>
      Math.max(0, budgets.of(installationId).allowsAt('project', clock.elapsed()) - clock.elapsed()),
    reporter,
    dispatcher,
    clock,
    random: Math.random,
    log,
  });
  return (id) => checker.check(id);
}

/** The handler of the queue `required`. */
export function createRequiredChecker(
  { configuration, stores, dispatcher, clock, log, metrics }: AppContext,
  reporter: Reporter,
): (key: string) => Promise<number | null> {
  const checker = new RequiredChecker({
    store: stores,
    repositories: stores,
    reporter,
    dispatcher,
    clock,
    log,
    githubUrl: configuration.github.webUrl,
    onConcluded: metrics.required,
  });
  return (key) => checker.check(key);
}

/** The handler of the queue `setup`. */
export function createSetup(
  { configuration, stores, accounts, octokit, writeQueues, knowOwner, clock, log }: AppContext,
  { heads }: Planning,
): (repositoryKey: string) => Promise<number | null> {
  const { allowedAccounts, github } = configuration;
  return createSetupChecker({
    store: stores,
    repositories: stores,
    githubHost: normalizeHost(github.host),
    accounts,
    knowOwner,
    isAllowed: (owner) => allowedAccounts === null || allowedAccounts.some((one) => isMeant(one, owner)),
    api: createSetupApi({
      getOctokit: octokit.get,
      writeQueues,
      now: clock.now,
      appId: github.appId,
      runs: new CheckRuns({ getOctokit: octokit.get, appId: github.appId, now: clock.now }),
      readHead: (repository, branch) => heads.readHead(repository, branch),
    }),
    clock,
    log,
    random: Math.random,
  });
}
