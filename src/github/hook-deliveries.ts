import type { RemoteClock } from '../domain/remote-clock.ts';
import type { DeliveryLog, LoggedDelivery } from '../recovery/sweep-store.ts';
import type { InstallationOctokit } from './octokit.ts';

/** Statuses of servers without this log, such as old Enterprise Servers. */
const LACKS_THE_LOG: ReadonlySet<number> = new Set([404, 405, 410, 501]);

export interface DeliveryLogPorts {
  readonly githubClock: RemoteClock;
  readonly log: { warn(fields: object, message: string): void };
}

/** GitHub's log of the app's webhook deliveries. Its times are converted to this machine's clock. */
export function createDeliveryLog(
  getAppOctokit: () => Promise<InstallationOctokit>,
  { githubClock, log }: DeliveryLogPorts,
): DeliveryLog {
  let isMissing = false;

  async function* listPages(since: number): AsyncGenerator<LoggedDelivery[]> {
    const octokit = await getAppOctokit();
    const pages = octokit.paginate.iterator(octokit.rest.apps.listWebhookDeliveries, { per_page: 100 });
    for await (const { data } of pages) {
      const logged = data.map((one) => toLogged(one, githubClock));
      yield logged;
      const oldest = logged.at(-1);
      if (!oldest || oldest.deliveredAt < since) return;
    }
  }

  return {
    async *listSince(since) {
      try {
        yield* listPages(since);
        isMissing = false;
      } catch (error) {
        const { status } = error as { status?: number };
        if (!LACKS_THE_LOG.has(status ?? 0)) throw error;
        if (isMissing) return;
        isMissing = true;
        log.warn(
          { status },
          "This GitHub server has no log of deliveries: missed ones can't be requested again",
        );
      }
    },

    async redeliver(id) {
      const octokit = await getAppOctokit();
      await octokit.rest.apps.redeliverWebhookDelivery({ delivery_id: id });
    },
  };
}

interface DeliveryItem {
  readonly id: number;
  readonly guid: string;
  readonly delivered_at: string;
  readonly event: string;
  readonly action?: string | null;
  readonly status_code: number;
}

function toLogged(
  { id, guid, delivered_at, event, action, status_code: statusCode }: DeliveryItem,
  githubClock: RemoteClock,
): LoggedDelivery {
  const deliveredAt = githubClock.toLocal(Date.parse(delivered_at));
  return { id, guid, deliveredAt, event, action: action ?? null, statusCode };
}
