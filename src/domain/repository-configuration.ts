import { meansWorkspace } from './refer-to-workspace.ts';
import type { NamedWorkspace } from './workspace.ts';

/** `live`: shown while the job runs; `final`: once it has ended; `none`: never. */
export type LogMode = 'live' | 'final' | 'none';

/** The least that someone must be allowed in the repository to give commands. */
export type CommandPermission = 'triage' | 'write' | 'maintain' | 'admin';

export interface PathSettings {
  /** Globs of the files whose changes count; null: the workspace's directory. */
  readonly paths: readonly string[] | null;
  /** Globs of files whose changes don't count, whatever `paths` says. */
  readonly pathsIgnore: readonly string[];
}

/** What `deploy` sets for every workspace of the repository, and an entry of `workspaces` for one of them. */
export interface DeploySettings extends PathSettings {
  /** False: deployed only by command, button or re-run. */
  readonly onPush: boolean;
  /** A head commit whose message holds one of these, in any letter case, isn't deployed. */
  readonly skipTokens: readonly string[];
  /** What a push to the tracked branch leaves behind that isn't deployed: nothing, or a `skipped` check run. */
  readonly unmatched: 'silent' | 'skipped';
  /** GitHub logins whose pushes aren't deployed, in any letter case. */
  readonly ignoreSenders: readonly string[];
  /** Null: `live` for a private repository, `none` for a public one. */
  readonly log: LogMode | null;
}

/** What one entry of `workspaces` says: where a key is missing, `deploy` decides. */
export type WorkspaceRefinement = Partial<DeploySettings> & {
  /** The workspace's name, alias or id, or the beginning of the id. */
  readonly workspace: string;
  /** Shown instead of the environment that Meltano Cloud names. */
  readonly environment?: string;
};

/** What a repository sets about its own workspaces, in `.github/meltano-deploy.yml` on its default branch. */
export interface RepositoryConfiguration {
  readonly deploy: DeploySettings;
  readonly workspaces: readonly WorkspaceRefinement[];
  readonly commands: { readonly enabled: boolean; readonly permission: CommandPermission };
  readonly comments: { readonly onFailure: 'none' | 'pull_request' };
  readonly githubDeployments: boolean;
}

/** What holds for one workspace. `paths` is null where the workspace's directory is the filter. */
export interface WorkspaceSettings extends DeploySettings {
  /** Null: the environment that Meltano Cloud names. */
  readonly environment: string | null;
}

/** What a repository without a file has. */
export const DEFAULT_CONFIGURATION: RepositoryConfiguration = Object.freeze({
  deploy: Object.freeze({
    onPush: true,
    paths: null,
    pathsIgnore: Object.freeze([]),
    skipTokens: Object.freeze(['[skip deploy]', '[deploy skip]', '[skip ci]', '[ci skip]']),
    unmatched: 'silent',
    ignoreSenders: Object.freeze([]),
    log: null,
  }),
  workspaces: Object.freeze([]),
  commands: Object.freeze({ enabled: true, permission: 'write' }),
  comments: Object.freeze({ onFailure: 'none' }),
  githubDeployments: false,
});

/**
 * What holds for one workspace: its own entry, else `deploy`. Lists replace each other, they don't add up. The paths of
 * `deploy` stand in for the directory only where the workspace has none.
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

/** Whether, and when, a workspace's log may be shown: everyone sees the check runs of a public repository. */
export function chooseLogMode({ log }: { readonly log: LogMode | null }, isPrivate: boolean): LogMode {
  return log ?? (isPrivate ? 'live' : 'none');
}
