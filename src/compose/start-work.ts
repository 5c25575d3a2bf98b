import type { OctokitSource } from '../github/octokit.ts';
import type { AccountRegistry } from '../meltano/account-registry.ts';
import type { OwnerReader } from '../planning/know-owners.ts';
import { wakeUnfinished } from '../recovery/wake-unfinished.ts';
import { createReporting } from './create-reporting.ts';
import type { Foundation } from './foundation.ts';
import { handleQueues } from './handle-queues.ts';

/** What happens off the requests. */
export interface Work {
  /** An installation is new, or works again. */
  readonly onInstallation: (installationId: number) => void;
  /** A signed delivery was answered as failed: GitHub is asked for it again. */
  readonly onFailedDelivery: () => void;
  /** Waits for the check run that is being written; no other is begun. */
  stopWriting(): Promise<void>;
}

export interface WorkPorts {
  readonly octokit: OctokitSource;
  readonly accounts: AccountRegistry;
  readonly knowOwner: OwnerReader;
}

/** Gives the queues their work, and wakes up what an earlier process left unfinished. */
export async function startWork(foundation: Foundation, ports: WorkPorts): Promise<Work> {
  const { octokit, accounts } = ports;
  const reporting = createReporting(foundation, accounts, octokit.get);
  const { unfinished, onInstallation, onFailedDelivery } = handleQueues(foundation, {
    ...ports,
    reporting,
  });
  await wakeUnfinished(unfinished);
  return { onInstallation, onFailedDelivery, stopWriting: () => reporting.writer.stop() };
}
