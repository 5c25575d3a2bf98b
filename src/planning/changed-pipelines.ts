import type { Repository } from '../domain/deployment.ts';
import { foldLoosely, foldPath } from '../domain/fold-name.ts';
import type { Pipeline } from '../domain/pipeline.ts';
import { normaliseDirectory } from '../domain/workspace.ts';
import { type ChangedPipeline, findChangedPipelines } from '../project/find-changed-pipelines.ts';
import type { ProjectCommits } from '../project/project-source.ts';
import { readProject } from '../project/read-project.ts';

interface ProjectStep {
  readonly directory: string | null;
  /** Null: everything is new. */
  readonly before: string | null;
  readonly after: string;
}

/** Finds the pipelines that a step between two commits changes. Null if GitHub will never list the files. */
export type ReadChangedPipelines = (
  repository: Repository,
  step: ProjectStep,
) => Promise<readonly ChangedPipeline[] | null>;

/** Throws if GitHub can't answer now. */
export function createChangedPipelineReader(commits: ProjectCommits): ReadChangedPipelines {
  return async (repository, { directory, before, after }) => {
    const options = { directory: normaliseDirectory(directory) ?? '' };
    const source = await commits.open(repository, after);
    const old = before === null ? null : await commits.open(repository, before);
    if ('kind' in source) return null;
    // A commit that GitHub no longer has counts as changed.
    const former = old === null || 'kind' in old ? null : await readProject(old, options);
    return findChangedPipelines(former, await readProject(source, options));
  };
}

export interface PipelineAtFile {
  readonly pipeline: Pipeline;
  /** Relative to the root of the repository. */
  readonly file: string;
}

/** The pipelines of Meltano Cloud that come from changed files, in the order of the files. */
export function matchPipelines(
  changed: readonly ChangedPipeline[],
  pipelines: readonly Pipeline[],
  directory: string | null,
): PipelineAtFile[] {
  const folder = normaliseDirectory(directory);
  const isOf = ({ path, names }: ChangedPipeline, { name, label, repositoryPath }: Pipeline) => {
    const shown = normaliseDirectory(repositoryPath);
    // Meltano Cloud's path may be relative to the repository or to the workspace's directory.
    if (shown !== null) return [shown, `${folder}/${shown}`].some((one) => foldPath(one) === foldPath(path));
    return [name, label].some((one) => one !== null && names.includes(foldLoosely(one)));
  };
  return changed.flatMap((one) => {
    const pipeline = pipelines.find((known) => isOf(one, known));
    return pipeline ? [{ pipeline, file: one.path }] : [];
  });
}
