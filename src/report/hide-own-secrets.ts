import type { CheckRunFields } from './check-run-view.ts';
import type { Redactor } from './redact.ts';

/** The last net before a check run leaves: the app's own secrets are in none of its texts, wherever they came from. */
export function hideOwnSecrets(
  fields: CheckRunFields,
  redactor: Pick<Redactor, 'redactOwn'>,
): CheckRunFields {
  const { title, summary, text } = fields.output;
  return {
    ...fields,
    output: {
      title: redactor.redactOwn(title),
      summary: redactor.redactOwn(summary),
      ...(text === undefined ? {} : { text: redactor.redactOwn(text) }),
    },
  };
}
