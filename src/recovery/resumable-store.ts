import type { QueueName } from '../domain/dispatcher.ts';

/** What is still to be said in an installation's repositories, besides check runs. */
export interface ResumableStore {
  listResumable(
    installationId: number,
  ): Promise<readonly { readonly queue: QueueName; readonly key: string }[]>;
}
