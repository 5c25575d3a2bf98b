import type { AppContext } from '../app-context.ts';
import type { ConfiguredAccount } from '../config/accounts-file.ts';
import type { Notices } from '../domain/notification.ts';
import type { Pages } from '../domain/pages.ts';
import { makeAccountKey } from '../meltano/account-registry.ts';
import { type Destination, Destinations, type NotifyingAccount } from './destinations.ts';
import { NotificationConnections } from './notification-connections.ts';
import { createNotices } from './prepare-notices.ts';
import { sendNotification, TRY_MS } from './send-notification.ts';
import { createNotificationSync } from './sync-notifications.ts';

export interface Notifying {
  readonly notices: Notices;
  /** The handler of the queue `notification`. */
  readonly send: (destination: string) => Promise<number | null>;
  /** The accounts file was read: destinations that were gone are tried again. */
  resume(): Promise<void>;
  replace(accounts: readonly ConfiguredAccount[]): void;
  /** Cuts off what is being sent: it is sent again after the next start. */
  stop(): Promise<void>;
}

export function createNotifying(context: AppContext, pages: Pages): Notifying {
  const { configuration, stores, dispatcher, clock, log, redactor, metrics, shared } = context;
  const destinations = new Destinations(toNotifying(configuration.accountsFile?.accounts ?? []));
  const stopping = new AbortController();
  const connections = new NotificationConnections(configuration.proxy);
  const ports = {
    dispatcherFor: (destination: Destination) => connections.dispatcherFor(destination),
    stop: stopping.signal,
    tryMs: TRY_MS,
  };
  async function resume(): Promise<void> {
    await stores.resumeDestinations();
    for (const id of await stores.listOpenDestinations()) dispatcher.wake('notification', id);
  }
  return {
    notices: createNotices({
      destinations,
      store: stores,
      repositories: stores,
      dispatcher,
      clock,
      pages,
      limits: configuration,
      redact: redactor.redactText,
    }),
    send: createNotificationSync({
      store: stores,
      findDestination: (id) => destinations.byId(id),
      send: (destination, message) => sendNotification(ports, destination, message, clock.now()),
      requireLease: async () => shared?.requireLease(),
      clock,
      log,
      onOutcome: metrics.notified,
    }),
    resume,
    replace(accounts) {
      destinations.replace(toNotifying(accounts));
      resume().catch((error: unknown) => log.error({ err: error }, 'Stopped destinations were not resumed'));
    },
    async stop() {
      stopping.abort();
      await connections.destroy();
    },
  };
}

function toNotifying(accounts: readonly ConfiguredAccount[]): NotifyingAccount[] {
  return accounts.map(({ login, notify = [] }) => ({ key: makeAccountKey(login), notify }));
}
