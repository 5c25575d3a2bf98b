import type { Accounts } from '../domain/account.ts';
import type { Answer } from '../domain/conversation.ts';
import type { Repository } from '../domain/deployment.ts';
import { chooseLogMode } from '../domain/log-setting.ts';
import type { MeltanoFailure } from '../domain/meltano.ts';
import type { LogExcerptBuilder } from '../logs/log-excerpt-builder.ts';
import type { RecentDeployments } from './command-store.ts';
import type { ShownLog } from './replies/reply-view.ts';

/** How many of a workspace's deployments to search for one with a log. */
const SEARCHED = 20;

export interface LogTailPorts {
  readonly accounts: Accounts;
  readonly store: RecentDeployments;
  /** Creates a builder that cleans and redacts a log. */
  readonly newBuilder: () => LogExcerptBuilder;
  readonly describeFailure: (failure: MeltanoFailure) => string;
}

export type LogTailReader = (
  answer: Extract<Answer, { kind: 'logs' }>,
  command: { readonly account: string | null },
  repository: Repository,
) => Promise<ShownLog>;

/** Reads the last lines of the newest log of a workspace. */
export function createLogTailReader(ports: LogTailPorts): LogTailReader {
  const { accounts, store, newBuilder, describeFailure } = ports;

  return async ({ workspace, lines, logMode = null }, { account }, repository) => {
    const mode = chooseLogMode({ log: logMode }, repository.private);
    const asDeployed = { account: account ?? '', workspaceId: workspace.id, repositoryId: repository.id };
    const recent = await store.listRecent(asDeployed, SEARCHED);
    const deployment = recent.find((one) => one.jobId !== null);
    if (!deployment?.jobId) return { kind: 'none' };
    const isRunning = deployment.state !== 'concluded';
    if (mode === 'none' || (mode === 'final' && isRunning)) return { kind: 'hidden', deployment, mode };
    const api = accounts.byKey(deployment.account)?.api;
    if (!api) return { kind: 'unreadable', deployment, problem: 'its account is no longer served' };
    const builder = newBuilder();
    const read = await api.readLog({
      jobId: deployment.jobId,
      from: 0,
      until: 'end',
      onLines: (added, cut) => builder.add(added, cut),
    });
    if (!read.ok) return { kind: 'unreadable', deployment, problem: describeFailure(read.failure) };
    const { tail, totalLines, redactions, firstError } = builder.excerpt(true);
    const error = deployment.reason === 'job_error' ? firstError : null;
    return { kind: 'shown', deployment, lines: tail.slice(-lines), totalLines, redactions, error };
  };
}
