import type { Redactor } from '../logs/redact.ts';
import type { CheckAnnotation, CheckRunFields, CheckRunView } from './render/check-run-view.ts';

/** The last net before a check run leaves: the app's own secrets are in none of its texts, wherever they came from. */
export function hideOwnSecrets(
  fields: CheckRunFields,
  redactor: Pick<Redactor, 'redactOwn'>,
): CheckRunFields {
  const { title, summary, text, annotations } = fields.output;
  const hide = redactor.redactOwn;
  return {
    ...fields,
    name: hide(fields.name),
    output: {
      title: hide(title),
      summary: hide(summary),
      ...(text === undefined ? {} : { text: hide(text) }),
      ...(annotations === undefined ? {} : { annotations: hideInAnnotations(annotations, hide) }),
    },
  };
}

/** A path with a part taken out would lead nowhere. */
function hideInAnnotations(
  annotations: readonly CheckAnnotation[],
  hide: Redactor['redactOwn'],
): CheckAnnotation[] {
  return annotations
    .filter(({ path }) => hide(path) === path)
    .map((annotation) => ({ ...annotation, message: hide(annotation.message) }));
}

/**
 * The same for what goes in: a text that is cut on its way into a check run could lose so much of a secret that the rest is
 * no longer recognised.
 */
export function hideOwnSecretsInView(
  view: CheckRunView,
  redactor: Pick<Redactor, 'redactOwn'>,
): CheckRunView {
  const { deployment } = view;
  const hide = redactor.redactOwn;
  const hideIn = (text: string | null) => (text === null ? null : hide(text));
  return {
    ...view,
    deployment: {
      ...deployment,
      workspaceName: hide(deployment.workspaceName),
      environment: hideIn(deployment.environment),
      branch: hide(deployment.branch),
      directory: hideIn(deployment.directory),
      requestedBy: hide(deployment.requestedBy),
      problem: hideIn(deployment.problem),
      jobStatus: hideIn(deployment.jobStatus),
    },
  };
}
