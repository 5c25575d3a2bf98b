import type { Logger } from 'pino';
import type { Dispatcher } from '../domain/dispatcher.ts';
import type { ResumableStore } from './resumable-store.ts';

export interface ResumePorts {
  readonly store: ResumableStore;
  readonly dispatcher: Pick<Dispatcher, 'wake'>;
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
