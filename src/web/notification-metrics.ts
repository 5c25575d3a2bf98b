import { Counter, type Registry } from 'prom-client';

const OUTCOMES = ['sent', 'failed', 'given_up'] as const;

export interface NotificationMetrics {
  /** Counts a notification that was sent or given up, or a try that failed. */
  notified(outcome: (typeof OUTCOMES)[number]): void;
}

export function createNotificationMetrics(registry: Registry): NotificationMetrics {
  const notifications = new Counter({
    name: 'meltano_deploy_notifications_total',
    help: 'Notifications to the destinations of the accounts file: sent, given up; failed counts each try.',
    labelNames: ['outcome'],
    registers: [registry],
  });
  for (const outcome of OUTCOMES) notifications.inc({ outcome }, 0);
  return { notified: (outcome) => notifications.inc({ outcome }) };
}
