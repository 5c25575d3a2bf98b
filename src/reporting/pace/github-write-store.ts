/** The times of writes to GitHub, so that limits hold across processes and instances. Times are epoch milliseconds. */
export interface GitHubWriteStore {
  noteGitHubWrite(installationId: number, at: number): Promise<void>;
  /** In any order. */
  listGitHubWrites(installationId: number): Promise<number[]>;
  forgetGitHubWrites(installationId: number, before: number): Promise<void>;
  /** `until`: GitHub refuses the installation's writes before this time. */
  saveGitHubHold(installationId: number, until: number): Promise<void>;
  readGitHubHold(installationId: number): Promise<number | null>;
}
