import { foldLoosely } from '../../domain/fold-name.ts';
import type { Pipeline } from '../../domain/pipeline.ts';
import { isNear } from '../../project/is-near.ts';

/** At least this many characters of an id name a pipeline, as for workspaces. */
const SHORTEST_ID = 8;

/**
 * The pipelines that a name means: its file's, `name` or `label`, in any spelling that Meltano Cloud takes for the same. If
 * several have it, those with exactly this spelling. Also an id, or at least 8 characters of its beginning.
 */
export function findPipelines(pipelines: readonly Pipeline[], word: string): readonly Pipeline[] {
  const folded = foldLoosely(word);
  const alike = pipelines.filter((one) => namesOf(one).some((name) => foldLoosely(name) === folded));
  const exact = alike.filter((one) => namesOf(one).includes(word));
  if (alike.length > 0) return exact.length > 0 ? exact : alike;
  const id = word.trim().toLowerCase();
  return id.length < SHORTEST_ID ? [] : pipelines.filter((one) => one.id.toLowerCase().startsWith(id));
}

/** The pipelines with a similar name. */
export function findNear(pipelines: readonly Pipeline[], word: string): readonly Pipeline[] {
  const folded = foldLoosely(word);
  return pipelines.filter((one) => namesOf(one).some((name) => isNear(folded, foldLoosely(name))));
}

function namesOf({ name, label, repositoryPath }: Pipeline): readonly string[] {
  const file = repositoryPath
    ?.split('/')
    .at(-1)
    ?.replace(/\.ya?ml$/i, '');
  return [name, label, file].filter((one) => typeof one === 'string');
}
