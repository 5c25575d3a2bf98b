import type { Probot } from 'probot';
import { readPush, readRepositoryChange } from './events/read-payload.ts';
import { type ReceivePorts, receiveDelivery } from './events/receive-delivery.ts';

/** Which events the app acts on; all others are answered and dropped by Probot. */
export function createApp(ports: ReceivePorts): (app: Probot) => void {
  return (app) => {
    app.on('push', (context) => receiveDelivery(ports, context, readPush));
    app.on(
      ['repository.renamed', 'repository.transferred', 'repository.publicized', 'repository.privatized'],
      (context) => receiveDelivery(ports, context, readRepositoryChange),
    );
  };
}
