import type { Logger } from 'pino';
import type { QueueName, Waker } from '../domain/dispatcher.ts';

/** What is still to be said in an installation's repositories, besides check runs. */
export interface ResumableStore {
  listResumable(
    installationId: number,
  ): Promise<readonly { readonly queue: QueueName; readonly key: string }[]>;
}

export interface ResumePorts {
  readonly store: ResumableStore;
  readonly dispatcher: Waker;
  /** Its check runs. */
  readonly resumeWriter: (installationId: number) => void;
  readonly log: Logger;
}

/** An installation may be usable again, or repositories came to it: all that waits to be written is tried at once. */
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
      // The store is away: replies are tried again by themselves, within minutes.
      (error: unknown) =>
        log.warn({ err: error, installation: installationId }, 'Waiting replies were not woken'),
    );
  };
}
