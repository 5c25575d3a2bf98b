import type { ApprovalRule } from './approval.ts';
import { foldName } from './fold-name.ts';
import type { Freeze } from './freeze.ts';
import {
  applyLimits,
  COMMAND_RULES,
  DEPLOY_RULES,
  type FeltLimit,
  joinLimits,
  type LimitedKey,
  listFelt,
} from './limit-rules.ts';
import type { LogSetting } from './log-setting.ts';
import { matchesWildcard } from './matches-wildcard.ts';
import { meansWorkspace } from './refer-to-workspace.ts';
import type { CommandPermission } from './role.ts';
import type { WantedCheck } from './wanted-check.ts';
import type { NamedWorkspace } from './workspace.ts';

/** `block`: an error also prevents the deployment of a push. */
type ProjectCheckMode = 'report' | 'block' | 'off';

type PipelineCheckMode = 'report' | 'off';

/** `all`: a push that leaves a workspace as it is also gets a GitHub Deployment. */
type GitHubDeploymentMode = boolean | 'all';

export interface PathSettings {
  /** Globs of the files whose changes count; null for the workspace's directory. */
  readonly paths: readonly string[] | null;
  /** Globs of files whose changes don't count, even if `paths` matches. */
  readonly pathsIgnore: readonly string[];
}

/** The settings of `deploy` for all workspaces, which an entry of `workspaces` overrides. */
export interface DeploySettings extends PathSettings {
  /** If false, only a command, button or re-run deploys. */
  readonly onPush: boolean;
  /** If the head commit's message contains one of these (in any letter case), it isn't deployed. */
  readonly skipTokens: readonly string[];
  /** If a push to the tracked branch isn't deployed, `skipped` creates a check run and `silent` doesn't. */
  readonly unmatched: 'silent' | 'skipped';
  /** GitHub logins (in any letter case) whose pushes aren't deployed. */
  readonly ignoreSenders: readonly string[];
  readonly log: LogSetting;
  /** Whether pipelines that a push changes are verified after its deployment. */
  readonly verify: boolean;
  /** How often a deployment whose error probably passes is tried again: 0 or 1. */
  readonly retryTransient: 0 | 1;
  /** The checks of other Apps that have to pass on a commit before it is deployed. */
  readonly waitFor: readonly WantedCheck[];
  /** How long a deployment waits for them (minutes). */
  readonly waitForTimeout: number;
  /** Who has to approve each deployment; null: nobody. */
  readonly approval: ApprovalRule | null;
  /** When nothing is deployed. Holds for all workspaces of a repository. */
  readonly freeze: readonly Freeze[];
  /** Whether the project is checked, and a check run reports on it. */
  readonly projectCheck: ProjectCheckMode;
  /** Whether the pipelines are looked at after a deployment, and the runs that it starts. */
  readonly pipelineCheck: PipelineCheckMode;
}

/** An entry of `workspaces`. `deploy` decides about missing keys. */
export type WorkspaceRefinement = Partial<DeploySettings> & {
  /** The workspace's name, alias or id, or the beginning of the id. */
  readonly workspace: string;
  /** Replaces the displayed environment of Meltano Cloud. */
  readonly environment?: string;
  /** Workspaces that have to deploy a commit before, named like `workspace`. */
  readonly after?: readonly string[];
};

export interface CommandSettings {
  readonly enabled: boolean;
  readonly permission: CommandPermission;
  /** Whether commands about pipelines are answered. Null: in a private repository only, where not everyone sees them. */
  readonly pipelines: boolean | null;
}

interface CommentSettings {
  readonly onFailure: 'none' | 'pull_request';
}

interface NotifySettings {
  readonly issue: 'none' | 'on_failure';
  readonly labels: readonly string[];
}

/** The settings in force in a repository. */
export interface RepositoryConfiguration {
  readonly deploy: DeploySettings;
  readonly workspaces: readonly WorkspaceRefinement[];
  readonly commands: CommandSettings;
  readonly comments: CommentSettings;
  readonly notify: NotifySettings;
  readonly githubDeployments: GitHubDeploymentMode;
  /** Whether every head gets one check run that a ruleset can require. */
  readonly gate: boolean;
  /** `settingsOf` and `commandSettingsOf` apply them. */
  readonly limits: OperatorLimits;
  readonly places: readonly WrittenPlace[];
}

/** Settings for a whole repository. Others decide about missing keys. */
export interface WrittenSettings {
  readonly deploy?: Partial<DeploySettings>;
  readonly commands?: Partial<CommandSettings>;
  readonly comments?: Partial<CommentSettings>;
  readonly notify?: Partial<NotifySettings>;
  readonly githubDeployments?: GitHubDeploymentMode;
  readonly gate?: boolean;
}

/** What `.github/meltano-deploy.yml` says. */
export interface WrittenConfiguration extends WrittenSettings {
  readonly workspaces?: readonly WorkspaceRefinement[];
  /** Where the values stand that the operator may limit. */
  readonly places?: readonly WrittenPlace[];
}

/** A place in a file. Lines and columns count from 1. */
export interface FilePlace {
  readonly line: number;
  readonly column: number;
  /** The last line, if the part spans several. */
  readonly endLine?: number;
}

export interface WrittenPlace extends FilePlace, LimitedKey {
  /** The position in `workspaces`; null: the value is for the whole repository. */
  readonly entry: number | null;
  /** The path of the key, such as `workspaces[1].log`. */
  readonly path: string;
}

type DeployLimits = Partial<Pick<DeploySettings, keyof typeof DEPLOY_RULES>>;

/** No file of a repository gets looser than these. */
export interface OperatorLimits {
  readonly deploy: DeployLimits;
  readonly commands: Partial<Pick<CommandSettings, keyof typeof COMMAND_RULES>>;
  /** All entries that match a workspace hold, too. */
  readonly workspaces: readonly WorkspaceLimits[];
}

interface WorkspaceLimits {
  /** The workspace's name or id; `*` stands for any characters. */
  readonly match: string;
  readonly deploy: DeployLimits;
}

/** What the operator sets for the repositories of a GitHub account. */
export interface AccountPolicy {
  /** In place of the built-in defaults. */
  readonly defaults: WrittenSettings;
  readonly limits: OperatorLimits;
}

/** The settings of one workspace. If `paths` is null, the workspace's directory is the filter. */
export interface WorkspaceSettings extends DeploySettings {
  /** Null for the environment of Meltano Cloud. */
  readonly environment: string | null;
  /** The names or ids of workspaces that have to deploy a commit before. */
  readonly after: readonly string[];
}

type MatchedWorkspace = Pick<NamedWorkspace, 'id' | 'name'>;
type FilteredWorkspace = NamedWorkspace & { readonly directory: string | null };

/** The configuration of a repository without a file. */
export const DEFAULT_CONFIGURATION: RepositoryConfiguration = Object.freeze({
  deploy: Object.freeze({
    onPush: true,
    paths: null,
    pathsIgnore: Object.freeze([]),
    skipTokens: Object.freeze(['[skip deploy]', '[deploy skip]', '[skip ci]', '[ci skip]']),
    unmatched: 'silent',
    ignoreSenders: Object.freeze([]),
    log: null,
    verify: false,
    retryTransient: 0,
    waitFor: Object.freeze([]),
    waitForTimeout: 60,
    approval: null,
    freeze: Object.freeze([]),
    projectCheck: 'report',
    pipelineCheck: 'report',
  }),
  workspaces: Object.freeze([]),
  commands: Object.freeze({ enabled: true, permission: 'write', pipelines: null }),
  comments: Object.freeze({ onFailure: 'none' }),
  notify: Object.freeze({ issue: 'none', labels: Object.freeze([]) }),
  githubDeployments: false,
  gate: false,
  limits: Object.freeze({
    deploy: Object.freeze({}),
    commands: Object.freeze({}),
    workspaces: Object.freeze([]),
  }),
  places: Object.freeze([]),
});

export const NO_POLICY: AccountPolicy = Object.freeze({
  defaults: Object.freeze({}),
  limits: DEFAULT_CONFIGURATION.limits,
});

/** The configuration in force: what the file says, else the operator's defaults, else the built-in ones; then the limits. */
export function completeConfiguration(
  written: WrittenConfiguration,
  { defaults, limits }: AccountPolicy,
): RepositoryConfiguration {
  const { deploy, commands, comments, notify, githubDeployments, gate } = DEFAULT_CONFIGURATION;
  return {
    deploy: { ...deploy, ...defaults.deploy, ...written.deploy },
    workspaces: written.workspaces ?? [],
    commands: { ...commands, ...defaults.commands, ...written.commands },
    comments: { ...comments, ...defaults.comments, ...written.comments },
    notify: { ...notify, ...defaults.notify, ...written.notify },
    githubDeployments: written.githubDeployments ?? defaults.githubDeployments ?? githubDeployments,
    gate: written.gate ?? defaults.gate ?? gate,
    limits,
    places: written.places ?? [],
  };
}

/**
 * The settings of one workspace: its own entry overrides `deploy`. Lists are replaced, not merged. The paths of `deploy`
 * apply only to a workspace without a directory. The operator's limits hold.
 */
export function settingsOf(
  configuration: RepositoryConfiguration,
  workspace: FilteredWorkspace,
): WorkspaceSettings {
  const wanted = wantedSettingsOf(configuration, workspace);
  return Object.freeze(applyLimits(DEPLOY_RULES, wanted, limitsOf(configuration.limits, workspace)));
}

/** The same without the limits. */
function wantedSettingsOf(
  configuration: RepositoryConfiguration,
  workspace: FilteredWorkspace,
): WorkspaceSettings {
  const { deploy } = configuration;
  const found = configuration.workspaces.find((entry) => meansWorkspace(entry.workspace, workspace));
  const { workspace: _, ...refined } = found ?? { workspace: '' };
  const paths = workspace.directory === null ? deploy.paths : null;
  return { ...deploy, environment: null, after: [], ...refined, paths: refined.paths ?? paths };
}

/** The log of a deployment that was planned under other limits. */
export function limitLog(limits: OperatorLimits, workspace: MatchedWorkspace, log: LogSetting): LogSetting {
  const limit = limitsOf(limits, workspace).log;
  return limit === undefined ? log : DEPLOY_RULES.log.limit(log, limit);
}

function limitsOf(limits: OperatorLimits, workspace: MatchedWorkspace): DeployLimits {
  const own = limits.workspaces.filter(({ match }) => isMatched(match, workspace));
  return joinLimits(DEPLOY_RULES, [limits.deploy, ...own.map(({ deploy }) => deploy)]);
}

/** True if the pattern is for the workspace. An alias doesn't count: a deployment doesn't store it. */
export function isMatched(pattern: string, { id, name }: MatchedWorkspace): boolean {
  return [id, name].some((one) => matchesWildcard(foldName(pattern), foldName(one)));
}

export function commandSettingsOf({ commands, limits }: RepositoryConfiguration): CommandSettings {
  return applyLimits(COMMAND_RULES, commands, limits.commands);
}

/** The operator's limits that are stricter than what is set for a workspace. */
export function listFeltLimits(
  configuration: RepositoryConfiguration,
  workspace: FilteredWorkspace,
): FeltLimit[] {
  const wanted = wantedSettingsOf(configuration, workspace);
  return listFelt(DEPLOY_RULES, wanted, limitsOf(configuration.limits, workspace));
}

/** The same for the commands. */
export function listFeltCommandLimits({ commands, limits }: RepositoryConfiguration): FeltLimit[] {
  return listFelt(COMMAND_RULES, commands, limits.commands);
}

export function allowsPipelines({ pipelines }: CommandSettings, isPrivate: boolean): boolean {
  return pipelines ?? isPrivate;
}
