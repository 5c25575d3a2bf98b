import type { GetOctokit } from '../../../src/github/octokit.ts';
import { connectGitHub, type GitHub } from './octokit-setup.ts';

export interface GitHubToRead extends GitHub {
  /** What everything that reads from GitHub is made with. */
  readonly reading: {
    readonly getOctokit: GetOctokit;
    readonly sleep: (ms: number) => Promise<void>;
    readonly mayAsk: () => boolean;
  };
  /** The requested waits (milliseconds), which took no time. */
  readonly slept: number[];
  /** False: few requests are left, or GitHub refuses them. */
  mayAsk: boolean;
}

export function connectForReading(): GitHubToRead {
  const slept: number[] = [];
  const connected = connectGitHub();
  const github: GitHubToRead = {
    ...connected,
    slept,
    mayAsk: true,
    reading: {
      getOctokit: connected.getOctokit,
      sleep: async (ms) => void slept.push(ms),
      mayAsk: () => github.mayAsk,
    },
  };
  return github;
}
