import {
  acceptFile,
  type ConfigurationVerdict,
  describeConfigurationRun,
  describeProjectRun,
  makeProjectRunId,
  type ProjectComparison,
  refuseFile,
} from '../domain/commit-run.ts';
import {
  type ConfigurationFile,
  type ConfigurationInUse,
  type Configurations,
  type FindPolicy,
  isAboutWorkspaces,
  type ProposedConfigurations,
  type ReadConfiguration,
} from '../domain/configuration-in-use.ts';
import type { PullRequestEvent } from '../domain/delivery.ts';
import { trackedBranch } from '../domain/match-workspaces.ts';
import { type AccountPolicy, completeConfiguration, settingsOf } from '../domain/repository-configuration.ts';
import type { Workspace } from '../domain/workspace.ts';
import { digestText } from './digest-text.ts';
import type { Plan, PlannedChecks } from './plan-store.ts';

export interface PullPorts {
  /** Stores the check about the projects and has it carried out. A repetition changes nothing. */
  readonly commitProject: (checks: PlannedChecks) => Promise<void>;
  readonly files: ProposedConfigurations;
  readonly configurations: Configurations;
  readonly read: ReadConfiguration;
  readonly findPolicy: FindPolicy;
}

const UNCHANGED: Plan = { outcome: 'configuration_unchanged', deployments: [] };

export interface PullToCheck {
  readonly event: PullRequestEvent;
  readonly receivedAt: number;
  /** `fresh`: reads a list that is newer than the event. */
  readonly listWorkspaces: (fresh: boolean) => Promise<readonly Workspace[]>;
}

/**
 * Plans the check runs on the head of a pull request: about the project, and about the configuration file if it changes
 * that. The change takes effect when it is merged. The first doesn't wait for the reads of the second. Throws when GitHub or
 * Meltano Cloud can't answer now.
 */
export async function checkPull(
  { event, receivedAt, listWorkspaces }: PullToCheck,
  { files, read, configurations, findPolicy, commitProject }: PullPorts,
): Promise<Plan> {
  const { repository, number, headSha } = event;
  const workspaces = await listWorkspaces(false);
  if (workspaces.length === 0) return { outcome: 'no_workspace', deployments: [] };
  // Asks GitHub only in a repository whose settings were never read.
  const inUse = await configurations
    .current({ repository, workspaces })
    .catch(() => configurations.known(repository.id));
  await commitProject(planProjectCheck({ event, receivedAt }, workspaces, inUse));
  if (!(await files.isChangedBy(repository, number))) return UNCHANGED;
  const file = await files.read(repository, headSha, null);
  // The head moved on, and the new head has its own event.
  if (file.kind === 'no_commit' || file.kind === 'unchanged') return UNCHANGED;
  const policy = await findPolicy(repository);
  let verdict = judge(file, { repository, workspaces, policy }, read);
  if (verdict.kind === 'bad' && isAboutWorkspaces(verdict)) {
    verdict = judge(file, { repository, workspaces: await listWorkspaces(true), policy }, read);
  }
  const run = describeConfigurationRun(
    { repository, sha: headSha, createdAt: receivedAt },
    verdict,
    digestText,
  );
  return { outcome: 'configuration_checked', deployments: [], commitRuns: [run] };
}

/** The check run about the projects of workspaces that track the base. Drops an earlier comparison if none does. */
function planProjectCheck(
  { event, receivedAt: createdAt }: Omit<PullToCheck, 'listWorkspaces'>,
  workspaces: readonly Workspace[],
  { configuration }: ConfigurationInUse,
): PlannedChecks {
  const { repository, headSha: sha, number, base } = event;
  if (!base) return { commitRuns: [], leftComparisons: [] };
  const comparisons = workspaces
    .filter((one) => trackedBranch(one, repository) === base.branch)
    .map((one) => ({ ...one, mode: settingsOf(configuration, one).projectCheck }))
    .filter(({ mode }) => mode !== 'off')
    .map(
      ({ mode, ...one }): ProjectComparison => ({
        workspaceId: one.id,
        workspaceName: one.name,
        directory: one.directory ?? '',
        from: base.sha,
        since: number,
        blocks: mode === 'block',
      }),
    );
  if (comparisons.length === 0) {
    const runId = makeProjectRunId(repository.id, sha);
    return { commitRuns: [], leftComparisons: [{ runId, pullRequest: number }] };
  }
  const run = describeProjectRun({ repository, sha, createdAt }, comparisons);
  return { commitRuns: [run], leftComparisons: [] };
}

function judge(
  file: Exclude<ConfigurationFile, { kind: 'no_commit' | 'unchanged' }>,
  about: Parameters<typeof acceptFile>[2] & { readonly policy: AccountPolicy },
  read: ReadConfiguration,
): ConfigurationVerdict {
  switch (file.kind) {
    case 'none':
      return acceptFile(null, completeConfiguration({}, about.policy), about);
    case 'unusable': {
      const problems = [{ line: 1, column: 1, message: file.problem }];
      return refuseFile({ file: file.file, problems }, 'proposed');
    }
    case 'text': {
      const result = read(file.text, about.workspaces);
      return result.ok
        ? acceptFile(file.file, completeConfiguration(result.configuration, about.policy), about)
        : refuseFile({ file: file.file, problems: result.problems }, 'proposed');
    }
  }
}
