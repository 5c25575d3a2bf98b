import type { FileAtCommit, Repository } from './deployment.ts';
import type { TreeReader } from './git-tree.ts';
import { meansWorkspace } from './refer-to-workspace.ts';
import {
  DEFAULT_CONFIGURATION,
  type RepositoryConfiguration,
  settingsOf,
  type WorkspaceSettings,
} from './repository-configuration.ts';
import type { Workspace } from './workspace.ts';

/** Where a repository may have its file; only one of them counts. */
export const CONFIGURATION_FILES: readonly string[] = [
  '.github/meltano-deploy.yml',
  '.github/meltano-deploy.yaml',
];

/** What is wrong in a file, and where. Lines and columns count from 1. The message quotes the file. */
export interface ConfigurationProblem {
  readonly line: number;
  readonly column: number;
  /** The last line of the part that is wrong, if that is another one. */
  readonly endLine?: number;
  readonly message: string;
  /** The key's, as in `workspaces[1].paths`; missing for the file as a whole. */
  readonly path?: string;
}

interface BadFile extends FileAtCommit {
  /** At least one. */
  readonly problems: readonly ConfigurationProblem[];
}

interface GoodConfiguration {
  readonly configuration: RepositoryConfiguration;
  /** Null: there was no file. */
  readonly source: FileAtCommit | null;
}

export interface UsableConfiguration extends GoodConfiguration {
  readonly kind: 'usable';
  /** The file as it is now can't be used: `configuration` is the last good one. */
  readonly bad: BadFile | null;
  /** Pushes were held once, because the first file was bad: nothing has deployed what they changed. */
  readonly wasHeld: boolean;
}

/** What holds for a repository now. `held`: its file is bad and there was never a good one, so no push is deployed. */
export type ConfigurationInUse = UsableConfiguration | { readonly kind: 'held'; readonly bad: BadFile };

/** What a repository without a file has. */
export const DEFAULTS_IN_USE: UsableConfiguration = Object.freeze({
  kind: 'usable',
  configuration: DEFAULT_CONFIGURATION,
  source: null,
  bad: null,
  wasHeld: false,
});

/** The place where a configuration was read. */
export interface ReadPlace {
  readonly branch: string;
  /** The commit that was read, or the branch's name if its head wasn't known; empty if the branch doesn't exist. */
  readonly sha: string;
  /** The time of the push that ended there (epoch milliseconds): an older push changes nothing. */
  readonly pushedAt: number;
}

export interface JudgedConfiguration {
  readonly good: GoodConfiguration | null;
  /** `text`: to be judged again, since workspaces come and go; null if it couldn't be read as one. */
  readonly bad: (BadFile & { readonly text: string | null }) | null;
  readonly wasHeld: boolean;
}

/** What was last read of a repository's default branch. */
export interface StoredConfiguration extends ReadPlace, JudgedConfiguration {
  /** Identifies the file's content; null without a file. */
  readonly content: string | null;
}

/** The file at a commit, as GitHub has it. */
export type ConfigurationFile =
  | { readonly kind: 'none' }
  /** The content is the one that the caller knows. */
  | { readonly kind: 'unchanged'; readonly file: string }
  | { readonly kind: 'text'; readonly file: string; readonly content: string; readonly text: string }
  /** There is something of that name that is no such file; `problem` is a sentence. */
  | { readonly kind: 'unusable'; readonly file: string; readonly content: string; readonly problem: string }
  /** GitHub doesn't know the commit (any more). */
  | { readonly kind: 'no_commit' };

/** Throws when GitHub can't answer now. */
export interface ConfigurationReader {
  /**
   * `known`: the content that needn't be read again. `trees`: given where the commit's tree is read anyway, so that
   * the folder needn't be listed.
   */
  read(
    repository: Repository,
    sha: string,
    known: string | null,
    trees?: TreeReader | null,
  ): Promise<ConfigurationFile>;
}

/** Each read throws when GitHub can't answer now. */
export interface ProposedConfigurations extends ConfigurationReader {
  /** Whether a pull request changes the file. */
  isChangedBy(repository: Repository, pullRequest: number): Promise<boolean>;
}

/** Each read throws when GitHub can't answer now. */
export interface ConfigurationFiles extends ProposedConfigurations {
  /** A commit's message; empty when GitHub doesn't know the commit. */
  readMessage(repository: Repository, sha: string): Promise<string>;
}

/** Judges the text of a file. Never throws. */
export type ReadConfiguration = (
  text: string,
  workspaces: readonly Workspace[],
) =>
  | { readonly ok: true; readonly configuration: RepositoryConfiguration }
  | { readonly ok: false; readonly problems: readonly ConfigurationProblem[] };

export interface ConfigurationStore {
  readConfiguration(repositoryId: number): Promise<StoredConfiguration | null>;
  saveConfiguration(repositoryId: number, stored: StoredConfiguration): Promise<void>;
}

/** The push that is planned. */
interface PushToLookAt {
  readonly branch: string;
  readonly sha: string;
  /** Its time (epoch milliseconds). */
  readonly at: number;
  /** As far as its payload says. */
  readonly changesConfiguration: boolean;
}

export interface ConfigurationLook {
  readonly repository: Repository;
  /** All workspaces of the repository. */
  readonly workspaces: readonly Workspace[];
  /** The default branch's head, if it was just read; null when it has none. Missing: it needn't be known. */
  readonly head?: string | null;
  readonly push?: PushToLookAt;
}

export interface KnownConfigurations {
  /** As far as it is known without asking; null when it was never read. */
  known(repositoryId: number): Promise<ConfigurationInUse | null>;
}

export interface Configurations extends KnownConfigurations {
  /** Whether `current` is said without asking GitHub, but for a push. */
  isKept(repository: Repository): Promise<boolean>;
  /** Asks GitHub only where the default branch moved. Throws when it can't answer now. */
  current(look: ConfigurationLook): Promise<ConfigurationInUse>;
}

/** With each entry meaning its workspace by id, so that renaming a workspace doesn't undo what holds for it. */
export function pinWorkspaces(
  configuration: RepositoryConfiguration,
  workspaces: readonly Workspace[],
): RepositoryConfiguration {
  const pinned = configuration.workspaces.map((entry) => {
    const workspace = workspaces.find((one) => meansWorkspace(entry.workspace, one));
    return workspace ? { ...entry, workspace: workspace.id } : entry;
  });
  return { ...configuration, workspaces: pinned };
}

/** Whether a newer list of workspaces could mend it. */
export function isAboutWorkspaces({
  problems,
}: {
  readonly problems: readonly ConfigurationProblem[];
}): boolean {
  return problems.some(({ path = '' }) => /^workspaces\[\d+\]\.workspace$/.test(path));
}

/** While pushes are held, the wanted settings are unknown: the log stays hidden, the rest is as usual. */
export function cautiousSettings(inUse: ConfigurationInUse, workspace: Workspace): WorkspaceSettings {
  if (inUse.kind === 'usable') return settingsOf(inUse.configuration, workspace);
  return { ...settingsOf(DEFAULT_CONFIGURATION, workspace), log: 'none' };
}

/** What holds for commands; null while it isn't known. */
export function commandSettings(inUse: ConfigurationInUse | null): RepositoryConfiguration['commands'] {
  return (inUse?.kind === 'usable' ? inUse.configuration : DEFAULT_CONFIGURATION).commands;
}

export function toConfigurationInUse({ good, bad, wasHeld }: StoredConfiguration): ConfigurationInUse {
  const now = bad && { file: bad.file, sha: bad.sha, problems: bad.problems };
  if (good) return { kind: 'usable', ...good, bad: now, wasHeld };
  return now ? { kind: 'held', bad: now } : { ...DEFAULTS_IN_USE, wasHeld };
}
