import { meansWorkspace } from './refer-to-workspace.ts';
import type { NamedWorkspace } from './workspace.ts';

/** When check runs show the log: `live` while the job runs, `final` after its end, `none` never. */
export type LogMode = 'live' | 'final' | 'none';

/** `block`: an error also prevents the deployment of a push. */
type ProjectCheckMode = 'report' | 'block' | 'off';

type PipelineCheckMode = 'report' | 'off';

/** The permission in the repository that commands require. */
export type CommandPermission = 'triage' | 'write' | 'maintain' | 'admin';

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
  /** Null means `live` for a private repository and `none` for a public one. */
  readonly log: LogMode | null;
  /** Whether pipelines that a push changes are verified after its deployment. */
  readonly verify: boolean;
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
};

export interface CommandSettings {
  readonly enabled: boolean;
  readonly permission: CommandPermission;
  /** Whether commands about pipelines are answered. Null: in a private repository only, where not everyone sees them. */
  readonly pipelines: boolean | null;
}

/** The content of `.github/meltano-deploy.yml` on the default branch. */
export interface RepositoryConfiguration {
  readonly deploy: DeploySettings;
  readonly workspaces: readonly WorkspaceRefinement[];
  readonly commands: CommandSettings;
  readonly comments: { readonly onFailure: 'none' | 'pull_request' };
  readonly notify: { readonly issue: 'none' | 'on_failure'; readonly labels: readonly string[] };
  readonly githubDeployments: boolean;
}

/** The settings of one workspace. If `paths` is null, the workspace's directory is the filter. */
export interface WorkspaceSettings extends DeploySettings {
  /** Null for the environment of Meltano Cloud. */
  readonly environment: string | null;
}

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
    projectCheck: 'report',
    pipelineCheck: 'report',
  }),
  workspaces: Object.freeze([]),
  commands: Object.freeze({ enabled: true, permission: 'write', pipelines: null }),
  comments: Object.freeze({ onFailure: 'none' }),
  notify: Object.freeze({ issue: 'none', labels: Object.freeze([]) }),
  githubDeployments: false,
});

/**
 * The settings of one workspace: its own entry overrides `deploy`. Lists are replaced, not merged. The paths of `deploy`
 * apply only to a workspace without a directory.
 */
export function settingsOf(
  configuration: RepositoryConfiguration,
  workspace: NamedWorkspace & { readonly directory: string | null },
): WorkspaceSettings {
  const { deploy } = configuration;
  const found = configuration.workspaces.find((entry) => meansWorkspace(entry.workspace, workspace));
  const { workspace: _, ...refined } = found ?? { workspace: '' };
  const paths = workspace.directory === null ? deploy.paths : null;
  return Object.freeze({ ...deploy, environment: null, ...refined, paths: refined.paths ?? paths });
}

export function allowsPipelines({ pipelines }: CommandSettings, isPrivate: boolean): boolean {
  return pipelines ?? isPrivate;
}

/** Hides logs in a public repository by default, where everyone can see check runs. */
export function chooseLogMode({ log }: { readonly log: LogMode | null }, isPrivate: boolean): LogMode {
  return log ?? (isPrivate ? 'live' : 'none');
}
