import { describeRequiredCheck } from '../domain/commit-run.ts';
import { hasGate } from '../domain/configuration-in-use.ts';
import type { Delivery } from '../domain/delivery.ts';
import type { ReasonCode } from '../domain/reason-codes.ts';
import { describeAsk, describeLook, headOf, wantsRequiredCheck } from './ask-required-check.ts';
import type { EventContext } from './event-context.ts';
import { prepareEvent } from './plan-event.ts';

/** Why the planning of a head takes its time. */
export type Delay =
  /** It is under way, perhaps with a read of the configuration: nothing is stored beside it. */
  | { readonly kind: 'slow' }
  /** It failed, or waits for a newer list of workspaces: without one, `outcome` will be planned. */
  | { readonly kind: 'postponed'; readonly outcome: ReasonCode | null };

/** Opens the required check of a head whose planning takes its time. Throws when GitHub can't answer now. */
export async function openRequiredCheck(
  received: Delivery,
  delay: Delay,
  context: EventContext,
): Promise<void> {
  const { kind } = received.event;
  if (kind !== 'push' && kind !== 'pull_request') return;
  const prepared = await prepareEvent(received, context);
  if (prepared.kind === 'refused' || prepared.owner.account === null) return;
  const { delivery } = prepared;
  const { event, receivedAt: createdAt } = delivery;
  if (event.kind !== 'push' && event.kind !== 'pull_request') return;
  const { repository } = event;
  const isWanted =
    delay.kind === 'slow'
      ? hasGate(await context.configurations.known(repository.id)) ||
        hasGate(await context.configurations.peek(describeLook(event, delivery, context)))
      : await wantsRequiredCheck(event, delivery, context);
  if (!isWanted) return;
  const outcome = delay.kind === 'slow' ? null : delay.outcome;
  const run = describeRequiredCheck({ repository, sha: headOf(event), createdAt }, [
    describeAsk(event, outcome),
  ]);
  await context.requiredChecks.openRequiredCheck(delivery.id, run);
  context.dispatcher.wake('required', run.id);
}
