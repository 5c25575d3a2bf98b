import { isSweepDelivery } from '../../domain/delivery.ts';
import type { Deployment } from '../../domain/deployment.ts';

/** Who requested a deployment, and how. Unknown for a push without a delivery. */
export function describeRequester(
  { cause, deliveryId, requestedBy }: Pick<Deployment, 'cause' | 'deliveryId' | 'requestedBy'>,
  person: (login: string) => string,
): string {
  switch (cause) {
    case 'command':
      return `\`/redeploy\` by ${person(requestedBy)}`;
    case 'button':
      return `Redeploy button, pressed by ${person(requestedBy)}`;
    case 'rerun':
      return `re-run by ${person(requestedBy)}`;
    case 'push':
      if (requestedBy !== '') return `push by ${person(requestedBy)}`;
      return isSweepDelivery(deliveryId) ? 'push, found by the app without a webhook delivery' : 'push';
  }
}
