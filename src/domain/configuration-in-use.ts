import type { FileAtCommit, Repository } from './deployment.ts';
import type { TreeReader } from './git-tree.ts';
import { meansWorkspace } from './refer-to-workspace.ts';
import {
  type AccountPolicy,
  completeConfiguration,
  DEFAULT_CONFIGURATION,
  type FilePlace,
  type RepositoryConfiguration,
  settingsOf,
  type WorkspaceSettings,
  type WrittenConfiguration,
} from './repository-configuration.ts';
import type { Workspace } from './workspace.ts';

/** The possible paths of the configuration file. The app uses only one file. */
export const CONFIGURATION_FILES: readonly string[] = [
  '.github/meltano-deploy.yml',
  '.github/meltano-deploy.yaml',
];

/** A problem in a file. The message quotes the file. */
export interface ConfigurationProblem extends FilePlace {
  readonly message: string;
  /** The path of the key, such as `workspaces[1].paths`; missing for the whole file. */
  readonly path?: string;
}

interface BadFile extends FileAtCommit {
  /** At least one. */
  readonly problems: readonly ConfigurationProblem[];
  /** True if the file, as far as it can be read, sets checks.gate. */
  readonly gate: boolean;
}

interface GoodConfiguration<Content> {
  readonly configuration: Content;
  /** Null for the defaults, without a file. */
  readonly source: FileAtCommit | null;
}

export interface UsableConfiguration extends GoodConfiguration<RepositoryConfiguration> {
  readonly kind: 'usable';
  /** Set if the current file is invalid. `configuration` is then the last valid one. */
  readonly bad: BadFile | null;
  /** True if pushes were held because the first file was invalid. Their changes aren't deployed yet. */
  readonly wasHeld: boolean;
}

/** The configuration of a repository. `held` means that no file was ever valid, so the app deploys no push. */
export type ConfigurationInUse =
  | UsableConfiguration
  /** `configuration`: the one of a repository without a file. */
  | { readonly kind: 'held'; readonly configuration: RepositoryConfiguration; readonly bad: BadFile };

/** The configuration of a repository without a file. */
export const DEFAULTS_IN_USE: UsableConfiguration = Object.freeze({
  kind: 'usable',
  configuration: DEFAULT_CONFIGURATION,
  source: null,
  bad: null,
  wasHeld: false,
});

/** The branch and commit of the file. */
export interface ReadPlace {
  readonly branch: string;
  /** The commit, or the name of the branch if its head was unknown; empty if the branch doesn't exist. */
  readonly sha: string;
  /** The time of the push to this commit (epoch milliseconds). An older push doesn't replace the configuration. */
  readonly pushedAt: number;
}

export interface JudgedConfiguration {
  readonly good: GoodConfiguration<WrittenConfiguration> | null;
  /** `text` allows validating the file again after the list of workspaces changed; null if it isn't readable text. */
  readonly bad: (BadFile & { readonly text: string | null }) | null;
  readonly wasHeld: boolean;
}

/** The last configuration that was read from the default branch. */
export interface StoredConfiguration extends ReadPlace, JudgedConfiguration {
  /** Identifies the file's content; null without a file. */
  readonly content: string | null;
  /** True: the repository had no workspace, so the names in the file weren't checked. */
  readonly isUnnamed: boolean;
}

/** The result of reading the file at a commit. */
export type ConfigurationFile =
  | { readonly kind: 'none' }
  /** The content is the one that the caller passed as `known`. */
  | { readonly kind: 'unchanged'; readonly file: string }
  | { readonly kind: 'text'; readonly file: string; readonly content: string; readonly text: string }
  /** The path isn't a usable file, for example a directory. `problem` is a sentence. */
  | { readonly kind: 'unusable'; readonly file: string; readonly content: string; readonly problem: string }
  /** GitHub doesn't have the commit. */
  | { readonly kind: 'no_commit' };

/** Throws if GitHub can't answer now. */
export interface ConfigurationReader {
  /**
   * `known` identifies content that needn't be read again. With `trees`, the file is found in the commit's tree, which the
   * caller reads anyway.
   */
  read(
    repository: Repository,
    sha: string,
    known: string | null,
    trees?: TreeReader | null,
  ): Promise<ConfigurationFile>;
}

/** Each read throws if GitHub can't answer now. */
export interface ProposedConfigurations extends ConfigurationReader {
  /** True if the pull request changes the file. */
  isChangedBy(repository: Repository, pullRequest: number): Promise<boolean>;
}

/** Each read throws if GitHub can't answer now. */
export interface ConfigurationFiles extends ProposedConfigurations {
  /** A commit's message; empty if GitHub doesn't have the commit. */
  readMessage(repository: Repository, sha: string): Promise<string>;
}

/** Parses and validates the text of a file. Never throws. Without workspaces (null), names aren't checked. */
export type ReadConfiguration = (
  text: string,
  workspaces: readonly Workspace[] | null,
) =>
  | { readonly ok: true; readonly configuration: WrittenConfiguration }
  | { readonly ok: false; readonly problems: readonly ConfigurationProblem[]; readonly gate: boolean };

/** What the operator sets for a repository. */
export type FindPolicy = (repository: Repository) => Promise<AccountPolicy>;

export interface ConfigurationStore {
  readConfiguration(repositoryId: number): Promise<StoredConfiguration | null>;
  saveConfiguration(repositoryId: number, stored: StoredConfiguration): Promise<void>;
}

/** The push that is planned. */
interface PlannedPush {
  readonly branch: string;
  readonly sha: string;
  /** Epoch milliseconds. */
  readonly at: number;
  /** According to the payload, which may be incomplete. */
  readonly changesConfiguration: boolean;
}

export interface ConfigurationLook {
  readonly repository: Repository;
  /** All workspaces of the repository; null if they are unknown. */
  readonly workspaces: readonly Workspace[] | null;
  /** The head of the default branch if the caller has just read it; null if the branch doesn't exist. */
  readonly head?: string | null;
  readonly push?: PlannedPush;
}

export interface KnownConfigurations {
  /** The stored configuration, without a request to GitHub; the defaults if it was never read. */
  known(repositoryId: number): Promise<ConfigurationInUse>;
}

export interface Configurations extends KnownConfigurations {
  /** True if `current` needs no request to GitHub, unless for a push. */
  isCached(repository: Repository): Promise<boolean>;
  /** Asks GitHub only if the default branch moved. Throws if GitHub can't answer now. */
  current(look: ConfigurationLook): Promise<ConfigurationInUse>;
  /** The same, but stores nothing: for a look beside a plan, which stores what it reads. */
  peek(look: ConfigurationLook): Promise<ConfigurationInUse>;
}

/** Replaces names of workspaces by ids, so that an entry still applies after a workspace is renamed. */
export function pinWorkspaces(
  configuration: WrittenConfiguration,
  workspaces: readonly Workspace[],
): WrittenConfiguration {
  const pinned = (configuration.workspaces ?? []).map((entry) => {
    const pin = (name: string) => workspaces.find((one) => meansWorkspace(name, one))?.id ?? name;
    const after = entry.after && { after: entry.after.map(pin) };
    return { ...entry, workspace: pin(entry.workspace), ...after };
  });
  return { ...configuration, workspaces: pinned };
}

/** True if a newer list of workspaces could make the file valid. */
export function isAboutWorkspaces({
  problems,
}: {
  readonly problems: readonly ConfigurationProblem[];
}): boolean {
  return problems.some(({ path = '' }) => /^workspaces\[\d+\]\.workspace$/.test(path));
}

/** While pushes are held, the intended settings are unknown. Hides the log and uses the defaults otherwise. */
export function cautiousSettings(
  inUse: ConfigurationInUse,
  workspace: Parameters<typeof settingsOf>[1],
): WorkspaceSettings {
  const settings = settingsOf(inUse.configuration, workspace);
  return inUse.kind === 'usable' ? settings : { ...settings, log: 'none' };
}

/** The configuration in force; `stored` is null if the file was never read. */
export function toConfigurationInUse(
  stored: StoredConfiguration | null,
  policy: AccountPolicy,
): ConfigurationInUse {
  const { good = null, bad = null, wasHeld = false } = stored ?? {};
  const badFile = bad && { file: bad.file, sha: bad.sha, problems: bad.problems, gate: bad.gate };
  const configuration = completeConfiguration(good?.configuration ?? {}, policy);
  if (badFile && !good) return { kind: 'held', configuration, bad: badFile };
  return { kind: 'usable', configuration, source: good?.source ?? null, bad: badFile, wasHeld };
}

/** Whether heads get the required check. Of a bad file this key counts, too: no head may wait for a check that never comes. */
export function hasGate({ configuration, bad }: ConfigurationInUse): boolean {
  return configuration.gate || (bad?.gate ?? false);
}
