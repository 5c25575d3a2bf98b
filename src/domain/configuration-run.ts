import type { ConfigurationProblem } from './configuration-in-use.ts';
import type { ReportProgress, Repository } from './deployment.ts';
import { trackedBranch } from './match-workspaces.ts';
import { type LogMode, type RepositoryConfiguration, settingsOf } from './repository-configuration.ts';
import type { Workspace } from './workspace.ts';

/** How a proposed configuration would treat pushes to a workspace's branch. */
export interface WouldDeploy {
  readonly id: string;
  readonly name: string;
  readonly branch: string;
  readonly onPush: boolean;
  readonly directory: string | null;
  /** Null if the directory decides. */
  readonly paths: readonly string[] | null;
  readonly pathsIgnore: readonly string[];
  readonly log: LogMode | null;
  readonly environment: string | null;
}

interface FileProblems {
  readonly file: string;
  readonly problems: readonly ConfigurationProblem[];
}

/** The result of checking a configuration file at a commit. */
export type ConfigurationVerdict =
  | (FileProblems & {
      readonly kind: 'bad';
      /** The effect on pushes. A `proposed` file of a pull request has none yet. */
      readonly effect: 'held' | 'last_good' | 'proposed';
    })
  /** `file` is null if the file was deleted. */
  | { readonly kind: 'good'; readonly file: string | null; readonly workspaces: readonly WouldDeploy[] };

export interface NewConfigurationRun {
  readonly id: string;
  readonly repositoryId: number;
  readonly installationId: number;
  readonly sha: string;
  readonly verdict: ConfigurationVerdict;
  /** Epoch milliseconds. */
  readonly createdAt: number;
}

/** A check run about the configuration file, concluded from the start and written once. */
export interface ConfigurationRun extends NewConfigurationRun, ReportProgress {
  readonly state: 'concluded';
}

export interface ConfigurationRunReader {
  getConfigurationRun(id: string): Promise<ConfigurationRun | null>;
}

export interface OwedConfigurationRuns {
  /** The unwritten runs, of one installation if given. */
  listOwedConfigurationRuns(installationId?: number): Promise<ConfigurationRun[]>;
}

export interface ConfigurationRunStore extends ConfigurationRunReader, OwedConfigurationRuns {}

const PREFIX = 'configuration:';

export function isConfigurationRunId(id: string): boolean {
  return id.startsWith(PREFIX);
}

/** The id depends on the commit and the verdict, so equal runs are written once. `digest` returns a short digest of a text. */
export function describeConfigurationRun(
  { repository, sha, createdAt }: { repository: Repository; sha: string; createdAt: number },
  verdict: ConfigurationVerdict,
  digest: (text: string) => string,
): NewConfigurationRun {
  const { id: repositoryId, installationId } = repository;
  const id = `${PREFIX}${repositoryId}:${sha}:${digest(JSON.stringify(verdict))}`;
  return { id, repositoryId, installationId, sha, verdict, createdAt };
}

export function refuseFile(
  { file, problems }: FileProblems,
  effect: Extract<ConfigurationVerdict, { kind: 'bad' }>['effect'],
): ConfigurationVerdict {
  return { kind: 'bad', file, problems, effect };
}

export function acceptFile(
  file: string | null,
  configuration: RepositoryConfiguration,
  { repository, workspaces }: { repository: Repository; workspaces: readonly Workspace[] },
): ConfigurationVerdict {
  const would = workspaces.map((workspace): WouldDeploy => {
    const settings = settingsOf(configuration, workspace);
    const { onPush, paths, pathsIgnore, log } = settings;
    const { id, name, directory } = workspace;
    const environment = settings.environment ?? workspace.environment;
    const branch = trackedBranch(workspace, repository);
    return { id, name, branch, directory, onPush, paths, pathsIgnore, log, environment };
  });
  return { kind: 'good', file, workspaces: would };
}
