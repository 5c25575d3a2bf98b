import type { DeliveryLog, LoggedDelivery } from '../domain/ports.ts';
import type { InstallationOctokit } from './octokit.ts';

/** GitHub's log of the app's webhook deliveries, asked with the app's own token. */
export function createDeliveryLog(getAppOctokit: () => Promise<InstallationOctokit>): DeliveryLog {
  return {
    async *listSince(since) {
      const octokit = await getAppOctokit();
      const pages = octokit.paginate.iterator(octokit.rest.apps.listWebhookDeliveries, { per_page: 100 });
      for await (const { data } of pages) {
        yield data.map(toLogged);
        const oldest = data.at(-1);
        if (!oldest || Date.parse(oldest.delivered_at) < since) return;
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
  readonly action: string | null;
}

function toLogged({ id, guid, delivered_at, event, action }: DeliveryItem): LoggedDelivery {
  return { id, guid, deliveredAt: Date.parse(delivered_at), event, action };
}
