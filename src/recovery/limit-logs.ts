import type { Account } from '../domain/account.ts';
import type { Waker } from '../domain/dispatcher.ts';
import type { LogSetting } from '../domain/log-setting.ts';
import { limitLog } from '../domain/repository-configuration.ts';

interface UnfinishedLog {
  /** The id of a deployment or of a watch of pipelines. */
  readonly id: string;
  readonly workspaceId: string;
  readonly workspaceName: string;
  readonly log: LogSetting;
}

export interface LogLimitStore {
  /** Those of an account that aren't concluded, or whose report is due. */
  listUnfinishedLogs(account: string): Promise<readonly UnfinishedLog[]>;
  /** Makes the report due again. */
  limitLog(id: string, log: LogSetting): Promise<void>;
}

export interface LogLimitPorts {
  readonly store: LogLimitStore;
  readonly accounts: { list(): readonly Account[] };
  readonly dispatcher: Waker;
}

/** Applies limits that are stricter now to the logs of running jobs: their check runs are written again. */
export async function limitLogs({ store, accounts, dispatcher }: LogLimitPorts): Promise<void> {
  for (const { key, policy } of accounts.list()) {
    if (!policy) continue;
    for (const { id, workspaceId, workspaceName: name, log } of await store.listUnfinishedLogs(key)) {
      const limited = limitLog(policy.limits, { id: workspaceId, name }, log);
      if (limited === log) continue;
      await store.limitLog(id, limited);
      dispatcher.wake('log', id);
    }
  }
}
