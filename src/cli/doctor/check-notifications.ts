import type { Configuration } from '../../config/environment.ts';
import { type Destination, Destinations } from '../../notifying/destinations.ts';
import { NotificationConnections } from '../../notifying/notification-connections.ts';
import { probeDestination, TRY_MS } from '../../notifying/send-notification.ts';
import { type Finding, findingsOf } from './finding.ts';

const { ok, wrong } = findingsOf('notifications');

/** Checks that each destination of the accounts file answers, without a message to it. Never names an address. */
export async function checkNotifications({ accountsFile, proxy }: Configuration): Promise<Finding[]> {
  const accounts = (accountsFile?.accounts ?? []).map(({ login, notify = [] }) => ({ key: login, notify }));
  const destinations = new Destinations(accounts);
  const connections = new NotificationConnections(proxy);
  const ports = {
    dispatcherFor: (one: Destination) => connections.dispatcherFor(one),
    stop: new AbortController().signal,
    tryMs: TRY_MS,
  };
  try {
    const all = accounts.flatMap(({ key }) => destinations.ofAccount(key));
    return await Promise.all(
      all.map(async (one) =>
        describe(one, await probeDestination(ports, one), accountsFile?.source.file ?? ''),
      ),
    );
  } finally {
    await connections.destroy();
  }
}

function describe({ account, number, format }: Destination, problem: string | null, file: string): Finding {
  const label = `Notifications of @${account}, entry ${number} (${format})`;
  if (problem === null) return ok(`${label}: the address answers`);
  return wrong(
    `${label}: ${problem}`,
    `Check the network, and url and private_network in accounts.${account}.notify of ${file}`,
  );
}
