import { setTimeout as sleep } from 'node:timers/promises';
import type { Deployment } from '../domain/deployment.ts';
import { foldPath } from '../domain/fold-name.ts';
import type { ReadPipelines, ShownPipeline } from '../domain/judge-pipelines.ts';
import { normaliseDirectory } from '../domain/workspace.ts';
import { logFields, type ReconcileContext } from './reconcile-context.ts';

/** How many pipelines' files are searched for. GitHub accepts 50 annotations in a request. */
const MOST_FILES = 50;
/** The longest search (milliseconds). The next start of the workspace may wait for it. */
const SEARCH_MS = 3_000;

/** Finds the files of failed pipelines in the requested commit, for links and annotations. Without an answer, there are none. */
export async function locatePipelines(
  context: ReconcileContext,
  deployment: Deployment,
  pipelines: ReadPipelines,
): Promise<ReadPipelines> {
  const candidates = new Map(
    pipelines.failed.slice(0, MOST_FILES).map((one) => [one.id, listCandidates(one, deployment.directory)]),
  );
  const paths = [...candidates.values()].flat();
  if (paths.length === 0) return pipelines;
  const late = sleep(SEARCH_MS, new Map<string, string>(), { ref: false });
  const found = await Promise.race([findFiles(context, deployment, paths), late]);
  const locate = (one: ShownPipeline) => ({
    ...one,
    file:
      candidates
        .get(one.id)
        ?.map((path) => found.get(foldPath(path)))
        .find((path) => path !== undefined) ?? null,
  });
  return { ...pipelines, failed: pipelines.failed.map(locate) };
}

/** Meltano Cloud's path may be relative to the workspace's directory or to the repository. */
function listCandidates({ repositoryPath }: ShownPipeline, directory: string | null): string[] {
  const path = normaliseDirectory(repositoryPath);
  if (path === null || path.split('/').includes('..')) return [];
  const folder = normaliseDirectory(directory);
  return folder === null ? [path] : [`${folder}/${path}`, path];
}

async function findFiles(
  context: ReconcileContext,
  deployment: Deployment,
  paths: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  try {
    const repository = await context.repositories.getRepository(deployment.repositoryId);
    const files = repository ? await context.openTrees(repository).findFiles(deployment.sha, paths) : [];
    return new Map(files.map((file) => [foldPath(file), file]));
  } catch (error) {
    // The conclusion doesn't wait for GitHub: the names of the pipelines suffice.
    context.log.warn(
      { ...logFields(deployment), err: error },
      'The files of failed pipelines could not be found',
    );
    return new Map();
  }
}
