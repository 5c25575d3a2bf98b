import type { Logger } from 'pino';
import type { QueueName, Waker } from '../domain/dispatcher.ts';

export interface ResumableStore {
  /** The unfinished comments, replies, issues and GitHub Deployments in an installation's repositories. */
  listResumable(
    installationId: number,
  ): Promise<readonly { readonly queue: QueueName; readonly key: string }[]>;
}

export interface ResumePorts {
  readonly store: ResumableStore;
  readonly dispatcher: Waker;
  /** Retries an installation's check runs. */
  readonly resumeWriter: (installationId: number) => void;
  readonly log: Logger;
}

/** Returns a function that retries all waiting writes of an installation at once. */
export function createResumer({
  store,
  dispatcher,
  resumeWriter,
  log,
}: ResumePorts): (installationId: number) => void {
  return (installationId) => {
    resumeWriter(installationId);
    store.listResumable(installationId).then(
      (wakeUps) => {
        for (const { queue, key } of wakeUps) dispatcher.wake(queue, key);
      },
      // The store is unavailable. Replies are retried within minutes anyway.
      (error: unknown) =>
        log.warn({ err: error, installation: installationId }, 'Waiting replies were not woken'),
    );
  };
}
