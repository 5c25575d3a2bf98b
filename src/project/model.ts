import type { SourceFile } from './project-source.ts';
import type { Place, Text } from './yaml-file.ts';
import type { YamlNode } from './yaml-node.ts';

/** The kinds of files that are read. Other files count by name only. */
export type FileKind = 'manifest' | 'workspace' | 'pipeline' | 'store';

/** A Meltano project in a folder of a repository. Unreadable parts are missing, and `incomplete` names their kinds. */
export interface Project {
  /** The workspace's directory without a trailing slash; '' for the root of the repository. */
  readonly directory: string;
  /** Every file of the repository, by path. */
  readonly repositoryFiles: ReadonlyMap<string, SourceFile>;
  /** The files in `directory`, by path. */
  readonly files: ReadonlyMap<string, SourceFile>;
  readonly hasManifest: boolean;
  /** An earlier commit had a `meltano.yml` here. */
  readonly hadManifest: boolean;
  /** `meltano.yml` first, then the files that it includes. */
  readonly manifests: readonly YamlNode[];
  readonly includePaths: readonly Text[];
  readonly defaultEnvironment: Text | null;
  readonly environments: readonly Environment[];
  readonly plugins: readonly Plugin[];
  readonly jobs: readonly Job[];
  readonly schedules: readonly Schedule[];
  readonly lockFiles: readonly LockFile[];
  readonly workspaceFiles: readonly WorkspaceFile[];
  readonly pipelines: readonly Pipeline[];
  readonly stores: readonly Store[];
  /** Problems of the YAML itself. */
  readonly yamlProblems: readonly YamlProblem[];
  readonly credentials: readonly Place[];
  /** The kinds with a file that is missing in the model. */
  readonly incomplete: ReadonlySet<FileKind>;
  readonly leftOut: readonly LeftOut[];
}

export interface Named {
  readonly name: Text | null;
  readonly node: YamlNode;
}

export interface Environment extends Named {}

export interface Plugin extends Named {
  /** `extractors`, `loaders` and so on. */
  readonly type: string;
  readonly variant: Text | null;
  readonly inheritFrom: Text | null;
  /** A plugin with a namespace defines itself: it needs no lock file. */
  readonly isCustom: boolean;
  readonly pipUrl: Text | null;
  /** Names of a mapper's mappings. */
  readonly mappings: readonly string[];
  readonly commands: readonly string[];
}

export interface Job extends Named {
  /** The names in all tasks. A task is a text of one or more names, or a list of such texts. */
  readonly tasks: readonly Text[];
}

export interface Schedule extends Named {
  readonly interval: Text | null;
  readonly job: Text | null;
  readonly extractor: Text | null;
  readonly loader: Text | null;
}

export interface LockFile {
  readonly path: string;
  readonly type: string;
  /** `<name>--<variant>`; names may hold `--`, so it is never split. */
  readonly stem: string;
}

export interface WorkspaceFile {
  readonly node: YamlNode;
  readonly defaultEnvironment: Text | null;
  readonly defaultDataStore: Text | null;
  readonly stateDataStore: Text | null;
}

export interface Pipeline extends Named {
  readonly path: string;
  /** The file's name without its ending. */
  readonly stem: string;
  readonly label: Text | null;
  readonly components: readonly Text[];
  readonly actions: readonly Text[];
  readonly script: YamlNode | null;
  readonly schedule: Text | null;
  readonly timeout: Text | null;
  readonly maxRetries: Text | null;
  readonly triggeredBy: readonly Text[];
  /** Keys of `properties`, as in `tap-orders.start_date`. */
  readonly properties: readonly Text[];
}

export interface Store extends Named {
  readonly path: string;
  readonly stem: string;
  /** `<type>/<name>--<variant>`. */
  readonly dataPlugin: Text | null;
}

export interface YamlProblem {
  readonly place: Place;
  readonly message: string;
  /** True for a repeated key, which leaves the file readable. */
  readonly isKeyTwice: boolean;
}

export interface LeftOut {
  readonly path: string;
  readonly why: string;
}
