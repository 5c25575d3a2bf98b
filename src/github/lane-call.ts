import type { Repository } from '../domain/deployment.ts';
import type { GitHubResult } from '../domain/github-result.ts';
import type { WriteLanes } from '../reporting/pace/write-lanes.ts';
import { callGitHub } from './github-call.ts';
import type { GetOctokit, InstallationOctokit } from './octokit.ts';

export interface LaneOptions {
  readonly getOctokit: GetOctokit;
  readonly lanes: WriteLanes;
  readonly now: () => number;
}

/** Sends a request once, when the installation's lane has room for it. */
export type LaneCall = <T>(
  kind: 'write' | 'read',
  repository: Repository,
  request: (octokit: InstallationOctokit) => Promise<T>,
) => Promise<GitHubResult<T>>;

export function createLaneCall({ getOctokit, lanes, now }: LaneOptions): LaneCall {
  return (kind, { installationId }, request) => {
    const call = () => callGitHub(async () => request(await getOctokit(installationId)), now);
    const lane = lanes.of(installationId);
    return kind === 'write' ? lane.reply(call) : lane.ask(call);
  };
}
