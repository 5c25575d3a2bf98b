import {
  type ConfigurationFile,
  isAboutWorkspaces,
  type ProposedConfigurations,
  type ReadConfiguration,
} from '../domain/configuration-in-use.ts';
import {
  acceptFile,
  type ConfigurationVerdict,
  describeConfigurationRun,
  refuseFile,
} from '../domain/configuration-run.ts';
import type { PullRequestEvent } from '../domain/delivery.ts';
import { DEFAULT_CONFIGURATION } from '../domain/repository-configuration.ts';
import type { Workspace } from '../domain/workspace.ts';
import { digestText } from './digest-text.ts';
import type { Plan } from './plan-store.ts';

export interface PullPorts {
  readonly files: ProposedConfigurations;
  readonly read: ReadConfiguration;
}

export interface PullToCheck {
  readonly event: PullRequestEvent;
  readonly receivedAt: number;
  /** `fresh`: reads a list that is newer than the event. */
  readonly listWorkspaces: (fresh: boolean) => Promise<readonly Workspace[]>;
}

/**
 * Plans a check run on the head of a pull request that changes the configuration file. The change takes effect when it is
 * merged. Throws when GitHub or Meltano Cloud can't answer now.
 */
export async function checkPull(
  { event, receivedAt, listWorkspaces }: PullToCheck,
  { files, read }: PullPorts,
): Promise<Plan> {
  const { repository, number, headSha } = event;
  const workspaces = await listWorkspaces(false);
  if (workspaces.length === 0) return { outcome: 'no_workspace', deployments: [] };
  if (!(await files.isChangedBy(repository, number))) return unchanged();
  const file = await files.read(repository, headSha, null);
  // The head moved on, and the new head has its own event.
  if (file.kind === 'no_commit' || file.kind === 'unchanged') return unchanged();
  let verdict = judge(file, { repository, workspaces }, read);
  if (verdict.kind === 'bad' && isAboutWorkspaces(verdict)) {
    verdict = judge(file, { repository, workspaces: await listWorkspaces(true) }, read);
  }
  const run = describeConfigurationRun(
    { repository, sha: headSha, createdAt: receivedAt },
    verdict,
    digestText,
  );
  return { outcome: 'configuration_checked', deployments: [], configurationRuns: [run] };
}

function unchanged(): Plan {
  return { outcome: 'configuration_unchanged', deployments: [] };
}

function judge(
  file: Exclude<ConfigurationFile, { kind: 'no_commit' | 'unchanged' }>,
  about: Parameters<typeof acceptFile>[2],
  read: ReadConfiguration,
): ConfigurationVerdict {
  switch (file.kind) {
    case 'none':
      return acceptFile(null, DEFAULT_CONFIGURATION, about);
    case 'unusable': {
      const problems = [{ line: 1, column: 1, message: file.problem }];
      return refuseFile({ file: file.file, problems }, 'proposed');
    }
    case 'text': {
      const result = read(file.text, about.workspaces);
      return result.ok
        ? acceptFile(file.file, result.configuration, about)
        : refuseFile({ file: file.file, problems: result.problems }, 'proposed');
    }
  }
}
