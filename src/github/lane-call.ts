import type { Repository } from '../domain/deployment.ts';
import type { GitHubResult } from '../domain/github-result.ts';
import type { ConversationLanes } from './conversation-lane.ts';
import { callGitHub } from './github-call.ts';
import type { GetOctokit, InstallationOctokit } from './octokit.ts';

export interface LaneOptions {
  readonly getOctokit: GetOctokit;
  readonly lanes: ConversationLanes;
  readonly now: () => number;
}

/** Sends a request once, when the installation's lane has room for it. */
export type LaneCall = <T>(
  kind: 'create' | 'other',
  repository: Repository,
  request: (octokit: InstallationOctokit) => Promise<T>,
) => Promise<GitHubResult<T>>;

export function createLaneCall({ getOctokit, lanes, now }: LaneOptions): LaneCall {
  return (kind, { installationId }, request) =>
    lanes
      .of(installationId)
      .run(kind, () => callGitHub(async () => request(await getOctokit(installationId)), now));
}
