import type { CloudCommit } from './cloud-commit.ts';
import type { ConfigurationProblem } from './configuration-in-use.ts';
import type { ReportProgress, Repository } from './deployment.ts';
import { findLooseValues } from './find-loose-values.ts';
import type { LogSetting } from './log-setting.ts';
import { trackedBranch } from './match-workspaces.ts';
import { type RepositoryConfiguration, settingsOf } from './repository-configuration.ts';
import {
  isRequiredCheckId,
  makeRequiredCheckId,
  type RequiredAsk,
  type RequiredVerdict,
} from './required-check.ts';
import type { Workspace, WorkspaceKey } from './workspace.ts';

/** How a proposed configuration would treat pushes to a workspace's branch. */
export interface WouldDeploy {
  readonly id: string;
  readonly name: string;
  readonly branch: string;
  readonly onPush: boolean;
  /** True if an error in the project prevents the deployment of a push. */
  readonly blocks: boolean;
  readonly directory: string | null;
  /** Null if the directory decides. */
  readonly paths: readonly string[] | null;
  readonly pathsIgnore: readonly string[];
  readonly log: LogSetting;
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
  | {
      readonly kind: 'good';
      readonly file: string | null;
      readonly workspaces: readonly WouldDeploy[];
      /** The values of the file in place of which the operator's limits hold. */
      readonly loose?: readonly ConfigurationProblem[];
      /** True for the file on the default branch. */
      readonly isInForce?: boolean;
    };

/** A pull request whose head is no longer compared, because no workspace tracks its new base. */
export interface LeftComparison {
  readonly runId: string;
  readonly pullRequest: number;
}

/** What the project of a workspace is compared with, for the plan. */
export interface ProjectComparison {
  readonly workspaceId: string;
  readonly workspaceName: string;
  /** Of the repository; empty for its root. */
  readonly directory: string;
  /** Null: nothing was there before. Of a pull request, the base's head: it is compared with where the two parted. */
  readonly from: string | null;
  /**
   * `deployed`: by the last success. `before`: the head before the push. `unknown`: the push isn't known. A number: that of
   * a pull request.
   */
  readonly since: 'deployed' | 'before' | 'unknown' | number;
  /** True if an error in the workspace's section prevents the deployment of its push. */
  readonly blocks: boolean;
  /** The commits of a push that Meltano Cloud made. */
  readonly cloudCommits?: readonly CloudCommit[];
}

/** The errors in the section of a workspace. */
export interface WorkspaceErrors {
  readonly workspaceId: string;
  /** The first one, with its place. */
  readonly first: string;
  readonly count: number;
  /** The last successfully deployed commit, if it had the first one already. */
  readonly since: string | null;
}

/** The contents of a check run about projects. */
export interface ProjectResult {
  readonly conclusion: 'success' | 'neutral' | 'failure';
  readonly title: string;
  readonly summary: string;
  readonly annotations: readonly CheckAnnotation[];
  /** One entry for each workspace with errors. */
  readonly errors: readonly WorkspaceErrors[];
  /** Why the projects couldn't be read, as a clause; null if they could. */
  readonly unread: string | null;
}

/** An annotation of a check run, with GitHub's field names. */
export interface CheckAnnotation {
  /** Relative to the root of the repository. */
  readonly path: string;
  readonly start_line: number;
  readonly end_line: number;
  /** GitHub allows columns only if both lines are the same. */
  readonly start_column?: number;
  readonly end_column?: number;
  readonly annotation_level: 'failure' | 'warning' | 'notice';
  readonly message: string;
}

/** The result of checking the projects of a commit. Pushes and pull requests share one check run. */
export interface ProjectVerdict {
  readonly kind: 'project';
  readonly comparisons: readonly ProjectComparison[];
  /** Null: they weren't checked yet, or there are none. */
  readonly result: ProjectResult | null;
}

export interface NewCommitRun {
  readonly id: string;
  readonly repositoryId: number;
  readonly installationId: number;
  readonly sha: string;
  readonly verdict: ConfigurationVerdict | ProjectVerdict | RequiredVerdict;
  /** Epoch milliseconds. */
  readonly createdAt: number;
}

/** A check run about a commit. */
export interface CommitRun extends NewCommitRun, ReportProgress {
  /** `waiting`: the projects or the required check have to be judged (once more). */
  readonly state: 'waiting' | 'concluded';
}

export interface CommitRunReader {
  getCommitRun(id: string): Promise<CommitRun | null>;
}

export interface OwedCommitRuns {
  /** The runs that are unwritten, or may exist twice; of one installation if given. */
  listOwedCommitRuns(installationId?: number): Promise<CommitRun[]>;
}

export interface CommitRunStore extends CommitRunReader, OwedCommitRuns {
  /** The workspaces with a deployment of the commit that waits for its start. */
  listWaitingStarts(commit: Pick<CommitRun, 'repositoryId' | 'sha'>): Promise<WorkspaceKey[]>;
  /** The ids of runs that must be judged. */
  listWaitingCommitRuns(): Promise<string[]>;
  /** Concludes a waiting run; null if it changed meanwhile. Without a result, nothing is written to GitHub. */
  concludeProjectRun(run: CommitRun, result: ProjectResult | null): Promise<CommitRun | null>;
}

const PREFIX = 'configuration:';
const PROJECT_PREFIX = 'project:';

export function isCommitRunId(id: string): boolean {
  return id.startsWith(PREFIX) || isProjectRunId(id) || isRequiredCheckId(id);
}

export function isProjectRunId(id: string): boolean {
  return id.startsWith(PROJECT_PREFIX);
}

export function makeProjectRunId(repositoryId: number, sha: string): string {
  return `${PROJECT_PREFIX}${repositoryId}:${sha}`;
}

/** The check run about the projects of a commit: one, whatever asks for it. */
export function describeProjectRun(
  { repository, sha, createdAt }: { repository: Repository; sha: string; createdAt: number },
  comparisons: readonly ProjectComparison[],
): NewCommitRun {
  const { id: repositoryId, installationId } = repository;
  return {
    id: makeProjectRunId(repositoryId, sha),
    repositoryId,
    installationId,
    sha,
    createdAt,
    verdict: { kind: 'project', comparisons, result: null },
  };
}

/** The required check of a commit: one, whatever asks for it. */
export function describeRequiredCheck(
  { repository, sha, createdAt }: { repository: Repository; sha: string; createdAt: number },
  asks: readonly RequiredAsk[],
  { isRenewed = false }: { readonly isRenewed?: boolean } = {},
): NewCommitRun {
  const { id: repositoryId, installationId } = repository;
  return {
    id: makeRequiredCheckId(repositoryId, sha),
    repositoryId,
    installationId,
    sha,
    createdAt,
    verdict: {
      kind: 'required',
      asks,
      lost: [],
      asked: 1,
      run: 1,
      isRenewed,
      result: null,
      since: createdAt,
      concludedAt: null,
    },
  };
}

/** Adds comparisons to earlier ones. A push or a pull request replaces its own. */
export function joinComparisons(
  before: readonly ProjectComparison[],
  now: readonly ProjectComparison[],
): ProjectComparison[] {
  // A pull request has one base; a commit may be pushed to the branches of several workspaces.
  const keyOf = ({ workspaceId, since }: ProjectComparison) =>
    typeof since === 'number' ? since : workspaceId;
  const replaced = new Set(now.map(keyOf));
  return [...before.filter((one) => !replaced.has(keyOf(one))), ...now];
}

/** The id depends on the commit and the verdict, so equal runs are written once. `digest` returns a short digest of a text. */
export function describeConfigurationRun(
  { repository, sha, createdAt }: { repository: Repository; sha: string; createdAt: number },
  verdict: ConfigurationVerdict,
  digest: (text: string) => string,
): NewCommitRun {
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
    const blocks = settings.projectCheck === 'block';
    return { id, name, branch, directory, onPush, blocks, paths, pathsIgnore, log, environment };
  });
  const loose = findLooseValues(configuration, workspaces);
  return { kind: 'good', file, workspaces: would, ...(loose.length > 0 && { loose }) };
}
