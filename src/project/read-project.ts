import { MOST_GLOBS } from '../config/path-globs.ts';
import {
  buildManifestParts,
  buildPipeline,
  buildStore,
  buildWorkspaceFile,
  toLockFile,
} from './build-parts.ts';
import { findCredentials } from './find-credentials.ts';
import { matchInclude } from './match-include.ts';
import type { FileKind, Project } from './model.ts';
import { ParsedFiles } from './parsed-files.ts';
import { ProjectFiles, type Selected } from './project-files.ts';
import { isInside, nameInFolder, resolveInside } from './project-paths.ts';
import { isRegularFile, type ProjectSource, type SourceFile } from './project-source.ts';
import type { YamlNode } from './yaml-node.ts';

export interface ReadOptions {
  /** The workspace's directory in the repository; '' is its root. */
  readonly directory: string;
  /** An earlier commit had a `meltano.yml` there. */
  readonly hadManifest?: boolean;
  /** Shared by the reads of several commits. */
  readonly parsed?: ParsedFiles;
}

/** Reads the project at a directory. Rejects only if the source does. */
export async function readProject(source: ProjectSource, options: ReadOptions): Promise<Project> {
  const { directory } = options;
  const all = (await source.listFiles()).toSorted((a, b) => (a.path < b.path ? -1 : 1));
  const inside = all.filter(({ path }) => isInside(path, directory));
  const files = new ProjectFiles(source, options.parsed ?? new ParsedFiles());
  await files.read(selectTop(inside, directory));
  const main = files.rootsOf('manifest');
  const includePaths = main.flatMap((root) => root.get('include_paths').toTexts()).slice(0, MOST_GLOBS);
  const workspaceFiles = files.filesOf('workspace').map(buildWorkspaceFile);
  const regular = inside.filter(isRegularFile);
  const roots = workspaceFiles.map(({ node }) => node);
  // Pipelines come first, since a pattern such as **/*.yml also matches them.
  await files.read([
    ...selectFolders(regular, directory, roots),
    ...includePaths.flatMap(({ text }) => toKind('manifest', matchInclude(text, directory, regular))),
  ]);
  const manifests = files.rootsOf('manifest');
  const parts = manifests.map(buildManifestParts);
  return {
    directory,
    repositoryFiles: byPath(all),
    files: byPath(inside),
    hasManifest: inside.some(({ path }) => nameInFolder(path, directory) === 'meltano.yml'),
    hadManifest: options.hadManifest ?? false,
    manifests,
    includePaths,
    defaultEnvironment: main[0]?.get('default_environment').toText() ?? null,
    environments: parts.flatMap(({ environments }) => environments),
    plugins: parts.flatMap(({ plugins }) => plugins),
    jobs: parts.flatMap(({ jobs }) => jobs),
    schedules: parts.flatMap(({ schedules }) => schedules),
    lockFiles: inside.flatMap(({ path }) => toLockFile(path, directory) ?? []),
    workspaceFiles,
    pipelines: files.filesOf('pipeline').map(buildPipeline),
    stores: files.filesOf('store').map(buildStore),
    yamlProblems: files.problems,
    credentials: await findCredentials(files.texts),
    incomplete: files.incomplete,
    leftOut: files.leftOut,
  };
}

/** Selects the files that name the other files. */
function selectTop(files: readonly SourceFile[], directory: string): Selected[] {
  const named = (pattern: RegExp) =>
    files.filter((file) => isRegularFile(file) && pattern.test(nameInFolder(file.path, directory) ?? ''));
  return [
    ...toKind('manifest', named(/^meltano\.yml$/)),
    ...toKind('workspace', named(/^workspace(-[^/]+)?\.yml$/)),
  ];
}

function selectFolders(
  files: readonly SourceFile[],
  directory: string,
  workspaces: readonly YamlNode[],
): Selected[] {
  const select = (kind: FileKind, key: string, usual: string) => {
    const written = workspaces.flatMap((node) =>
      node
        .get(key)
        .toTexts()
        .map(({ text }) => text),
    );
    const folders = (written.length > 0 ? written : [usual]).map((path) => resolveInside(directory, path));
    const isRead = ({ path }: SourceFile) =>
      folders.some((folder) => folder !== null && nameInFolder(path, folder)?.endsWith('.yml'));
    return toKind(kind, files.filter(isRead));
  };
  return [
    ...select('store', 'data_store_paths', 'datastores'),
    ...select('pipeline', 'pipeline_paths', 'pipelines'),
  ];
}

function toKind(kind: FileKind, files: readonly SourceFile[]): Selected[] {
  return files.map((file) => ({
    kind,
    file,
  }));
}

function byPath(files: readonly SourceFile[]): Map<string, SourceFile> {
  return new Map(files.map((file) => [file.path, file]));
}
