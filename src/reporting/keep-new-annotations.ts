import type { CheckAnnotation } from '../domain/commit-run.ts';
import type { Repository } from '../domain/deployment.ts';
import type { GitHubResult } from '../domain/github-result.ts';
import type { AnnotatedLine, CheckRunApi } from '../github/check-runs.ts';
import type { CheckRunFields } from './render/check-run-view.ts';

/** How many annotations GitHub accepts in one request. Nobody reads more. */
const MOST_ANNOTATIONS = 50;

/**
 * The fields for an update, with only the annotations that the run doesn't have: GitHub adds the ones of every update, and
 * an update with a lost answer may have been applied. Asks GitHub, so nothing has to be stored.
 */
export async function keepNewAnnotations(
  api: CheckRunApi,
  { repository, id }: { readonly repository: Repository; readonly id: number },
  fields: CheckRunFields,
): Promise<GitHubResult<CheckRunFields>> {
  if (!hasAnnotations(fields)) return { ok: true, value: fields };
  const count = await api.countAnnotations(repository, id);
  if (!count.ok) return count;
  if (count.value === 0) return { ok: true, value: fields };
  const room = MOST_ANNOTATIONS - count.value;
  if (room <= 0) return { ok: true, value: withAnnotations(fields, []) };
  const shown = await api.listAnnotations(repository, id);
  if (!shown.ok && shown.failure.kind !== 'rejected') return shown;
  const missing = shown.ok ? findMissing(fields.output.annotations ?? [], shown.value) : [];
  return { ok: true, value: withAnnotations(fields, missing.slice(0, room)) };
}

export function hasAnnotations({ output }: CheckRunFields): boolean {
  return output.annotations !== undefined && output.annotations.length > 0;
}

export function withAnnotations(fields: CheckRunFields, wanted: readonly CheckAnnotation[]): CheckRunFields {
  const { annotations: _, ...output } = fields.output;
  return {
    ...fields,
    output: wanted.length === 0 ? output : { ...output, annotations: [...wanted] },
  };
}

/** Compares places, because GitHub shows redacted messages. Annotations of one place always have the same order. */
function findMissing(
  wanted: readonly CheckAnnotation[],
  shown: readonly AnnotatedLine[],
): readonly CheckAnnotation[] {
  const placeOf = (one: AnnotatedLine) => [one.annotation_level, one.start_line, one.path].join(' ');
  const left = new Map<string, number>();
  for (const one of shown) left.set(placeOf(one), (left.get(placeOf(one)) ?? 0) + 1);
  return wanted.filter((one) => {
    const count = left.get(placeOf(one)) ?? 0;
    left.set(placeOf(one), count - 1);
    return count <= 0;
  });
}
