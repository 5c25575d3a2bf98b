import { z } from 'zod';

const text = z.string();

/** An event as it is stored, and as destinations with `format: json` get it. New keys may be added. */
export const notificationEventSchema = z
  .object({
    type: z.enum(['failed', 'repaired', 'waiting']).meta({
      description:
        'failed: a deployment failed, or was no longer watched. repaired: the first success after that. waiting: a person has to do something before the workspace is deployed.',
    }),
    timestamp: text.meta({ format: 'date-time', description: 'When it happened.' }),
    data: z.object({
      deployment: text.meta({ description: "The app's id of the deployment." }),
      conclusion: z
        .enum(['success', 'failure', 'timed_out', 'action_required'])
        .meta({ description: "The check run's conclusion." }),
      reason: text.meta({ description: 'Why, for example job_failed, pipelines_failed, loop_brake.' }),
      summary: text.meta({ description: 'The same in words, without the text of logs.' }),
      workspace: z
        .object({ id: text, name: text, url: text })
        .meta({ description: 'The workspace on Meltano Cloud.' }),
      repository: z
        .object({ id: z.int(), name: text, url: text })
        .meta({ description: "The repository on GitHub. GitHub's id stays when it is renamed." }),
      branch: text,
      commit: z.object({ requested: text, deployed: text.nullable() }).meta({
        description: 'The commit of the check run, and the one that the job deployed; null if unknown.',
      }),
      cause: z.enum(['push', 'command', 'button', 'rerun']),
      requested_by: text.nullable().meta({ description: 'A GitHub login; null if unknown.' }),
      url: text.meta({ description: "The check run, or the commit's checks." }),
    }),
  })
  .meta({
    title: 'Meltano Deploy, notification',
    description:
      'The body of a notification with format: json, signed as in the Standard Webhooks specification.',
  });

export type NotificationEvent = z.output<typeof notificationEventSchema>;

/** The JSON Schema of the body: the text of `schema/notification.schema.json`. */
export function renderNotificationSchema(): string {
  return `${JSON.stringify(z.toJSONSchema(notificationEventSchema, { io: 'input', target: 'draft-7' }), null, 2)}\n`;
}
