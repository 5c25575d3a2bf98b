import type { Probot } from 'probot';
import { z } from 'zod';
import type { AddedRepository } from './domain/setup-run.ts';
import { ADDING_EVENTS, EVENTS } from './intake/events.ts';
import { CHECK_EVENTS } from './intake/notice-checks.ts';
import { readAddedRepositories } from './intake/read-added-repositories.ts';
import { type ReceivePorts, receiveDelivery } from './intake/receive-delivery.ts';

export interface AppPorts extends ReceivePorts {
  /** Another App's check run or suite changed, or one of this App. */
  readonly onCheck: (payload: unknown) => void;
  /** An installation is new, or works again. */
  readonly onInstallation: (installationId: number) => void;
  readonly onAddedRepositories: (
    added: readonly AddedRepository[],
    delivery: { readonly id: string; readonly name: string },
  ) => Promise<void>;
}

const installationPayload = z.object({ installation: z.object({ id: z.int() }) });

/** The Probot function. */
export function createApp(ports: AppPorts): (app: Probot) => void {
  return (app) => {
    for (const [name, read] of EVENTS) app.on(name, (context) => receiveDelivery(ports, context, read));
    for (const name of CHECK_EVENTS) app.on(name, ({ payload }) => ports.onCheck(payload));
    // Only a hint, and so not stored: without it, what waits is tried again within a quarter of an hour.
    app.on(['installation.created', 'installation.unsuspend'], ({ payload }) => {
      const { data } = installationPayload.safeParse(payload);
      if (data) ports.onInstallation(data.installation.id);
    });
    app.on([...ADDING_EVENTS], ({ id, name, payload }) =>
      ports.onAddedRepositories(readAddedRepositories(payload), { id, name }),
    );
  };
}
