import type { Repository } from '../domain/deployment.ts';
import type { GitHubResult } from '../domain/github-result.ts';
import type { CheckRunApi } from '../github/check-runs.ts';
import type { CheckRunFields } from './render/check-run-view.ts';

/**
 * The fields for an update of a run, without the annotations if the run has some: GitHub adds those of every update to those
 * before, and an update whose answer was lost may have been taken. The run itself is asked, so nothing has to be remembered.
 */
export async function keepNewAnnotations(
  api: Pick<CheckRunApi, 'countAnnotations'>,
  run: { readonly repository: Repository; readonly id: number },
  fields: CheckRunFields,
): Promise<GitHubResult<CheckRunFields>> {
  if (!hasAnnotations(fields)) return { ok: true, value: fields };
  const count = await api.countAnnotations(run.repository, run.id);
  if (!count.ok) return count;
  return { ok: true, value: count.value > 0 ? leaveAnnotationsOut(fields) : fields };
}

/**
 * Sends a write, and once more without its annotations when GitHub calls it invalid: that they can't be shown must not keep a
 * conclusion from its run.
 */
export async function writeWithAnnotations<T>(
  fields: CheckRunFields,
  write: (fields: CheckRunFields) => Promise<GitHubResult<T>>,
): Promise<GitHubResult<T>> {
  const written = await write(fields);
  if (written.ok || !hasAnnotations(fields)) return written;
  const { failure } = written;
  const isInvalid = failure.kind === 'rejected' && failure.status === 422;
  return isInvalid ? write(leaveAnnotationsOut(fields)) : written;
}

function hasAnnotations({ output }: CheckRunFields): boolean {
  return output.annotations !== undefined && output.annotations.length > 0;
}

function leaveAnnotationsOut(fields: CheckRunFields): CheckRunFields {
  const { annotations: _, ...output } = fields.output;
  return { ...fields, output };
}
