/**
 * What was written to GitHub for an installation, so that its limits hold across processes and instances. Times are epoch
 * milliseconds.
 */
export interface GitHubWriteStore {
  noteGitHubWrite(installationId: number, at: number): Promise<void>;
  /** In any order. */
  listGitHubWrites(installationId: number): Promise<number[]>;
  forgetGitHubWrites(installationId: number, before: number): Promise<void>;
  /** GitHub refuses the installation's writes until then. */
  saveGitHubHold(installationId: number, until: number): Promise<void>;
  readGitHubHold(installationId: number): Promise<number | null>;
}
