import { isSweepDelivery } from '../../domain/delivery.ts';
import type { Deployment } from '../../domain/deployment.ts';

/** Who or what asked for a deployment; `person` sets a login. Nobody is known when no delivery told of the push. */
export function describeRequester(
  { cause, deliveryId, requestedBy }: Pick<Deployment, 'cause' | 'deliveryId' | 'requestedBy'>,
  person: (login: string) => string,
): string {
  switch (cause) {
    case 'command':
      return `\`/redeploy\` by ${person(requestedBy)}`;
    case 'button':
      return `Redeploy button, ${person(requestedBy)}`;
    case 'rerun':
      return `re-run by ${person(requestedBy)}`;
    case 'push':
      if (requestedBy !== '') return `push by ${person(requestedBy)}`;
      return isSweepDelivery(deliveryId) ? 'push that GitHub did not tell of; the app found it' : 'push';
  }
}
