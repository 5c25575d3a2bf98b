import type { Counter, Histogram } from 'prom-client';
import type { Conclusion } from '../domain/deployment.ts';
import type { QueueName } from '../domain/dispatcher.ts';
import type { ReasonCode } from '../domain/reason-codes.ts';
import { listSubscriptions } from '../intake/events.ts';

export interface FromZero {
  readonly deliveries: Counter<'event' | 'outcome'>;
  readonly deployments: Counter<'conclusion' | 'reason'>;
  readonly found: Counter<'kind'>;
  readonly sweepRequests: Counter<'outcome'>;
  readonly takeOvers: Histogram<'queue'>;
}

const ENDS: readonly [Conclusion, ReasonCode][] = [
  ['success', 'job_complete'],
  ...(
    [
      'job_error',
      'pipelines_failed',
      'verification_failed',
      'start_refused',
      'start_timeout',
      'start_unreadable',
    ] as const
  ).map((reason): [Conclusion, ReasonCode] => ['failure', reason]),
  ...(['job_stopped', 'job_deleted', 'withdrawn'] as const).map((reason): [Conclusion, ReasonCode] => [
    'cancelled',
    reason,
  ]),
  ...(['watch_timeout', 'watch_refused'] as const).map((reason): [Conclusion, ReasonCode] => [
    'timed_out',
    reason,
  ]),
  ['action_required', 'loop_brake'],
  ['skipped', 'superseded'],
];

/** A record lets the compiler find a missing queue. */
const QUEUES: Record<QueueName, true> = {
  plan: true,
  workspace: true,
  log: true,
  writer: true,
  sweep: true,
  command: true,
  comment: true,
  issue: true,
  notification: true,
  setup: true,
  environment: true,
  project: true,
  required: true,
  pipelines: true,
};

/**
 * Initialises counters with 0. Prometheus sees an increase only between two values, so an alert would miss the first
 * event.
 */
export function countFromZero({ deliveries, deployments, found, sweepRequests, takeOvers }: FromZero): void {
  for (const event of listSubscriptions()) {
    for (const outcome of ['stored', 'duplicate', 'unreadable']) deliveries.inc({ event, outcome }, 0);
  }
  for (const [conclusion, reason] of ENDS) deployments.inc({ conclusion, reason }, 0);
  for (const kind of ['delivery', 'push']) found.inc({ kind }, 0);
  for (const outcome of ['sent', 'left_out']) sweepRequests.inc({ outcome }, 0);
  for (const queue of Object.keys(QUEUES)) takeOvers.zero({ queue });
}
