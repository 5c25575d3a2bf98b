import type { Repository } from '../domain/deployment.ts';
import type { GitHubResult } from '../domain/github-result.ts';
import type { WriteQueues } from '../reporting/pace/write-queues.ts';
import { callGitHub } from './github-call.ts';
import type { GetOctokit, InstallationOctokit } from './octokit.ts';

export interface QueuedCallOptions {
  readonly getOctokit: GetOctokit;
  readonly writeQueues: WriteQueues;
  readonly now: () => number;
}

/** Sends a request once, when the installation's queue allows it. */
export type QueuedCall = <T>(
  kind: 'write' | 'last write' | 'read',
  repository: Repository,
  request: (octokit: InstallationOctokit) => Promise<T>,
) => Promise<GitHubResult<T>>;

export function createQueuedCall({ getOctokit, writeQueues, now }: QueuedCallOptions): QueuedCall {
  return (kind, { installationId }, request) => {
    const call = () => callGitHub(async () => request(await getOctokit(installationId)), now);
    const queue = writeQueues.of(installationId);
    if (kind === 'read') return queue.ask(call);
    return queue.reply(call, kind === 'last write' ? 'last' : undefined);
  };
}
