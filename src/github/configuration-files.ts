import {
  CONFIGURATION_FILES,
  type ConfigurationFile,
  type ConfigurationFiles,
} from '../domain/configuration-in-use.ts';
import type { Repository } from '../domain/deployment.ts';
import type { TreeReader } from '../domain/git-tree.ts';
import { locate, requireRequests } from './github-call.ts';
import type { ReadingOctokit } from './octokit.ts';

const FOLDER = '.github';
const PATHS: ReadonlySet<string | undefined> = new Set(CONFIGURATION_FILES);
/** Bytes. The parser accepts only smaller files, so there is no need to read larger ones. */
const LARGEST_READ = 256 * 1024;
/** The modes of entries that aren't ordinary files. */
const TYPES_OF_MODES: Readonly<Record<string, string>> = {
  '120000': 'symlink',
  '160000': 'submodule',
};
/** The time limit of a GraphQL answer: REST has the file too. */
const QUERY_TIMEOUT_MS = 3_000;
/** The delays before asking again for a commit that was just pushed, which GitHub may not show yet. */
const NO_COMMIT_DELAYS_MS = [500, 1_000, 2_000];
/** As GraphQL shows them. */
const ORDINARY_MODES: ReadonlySet<number | undefined> = new Set([0o100644, 0o100755]);

export interface ConfigurationFilesOptions {
  readonly getOctokit: (installationId: number) => Promise<ReadingOctokit>;
  readonly sleep: (ms: number) => Promise<unknown>;
  /** False while few of the installation's requests are left, or GitHub refuses them. */
  readonly mayAsk: (installationId: number) => boolean;
}

interface FolderEntry {
  readonly path: string;
  readonly type: string;
  /** Missing in trees. */
  readonly size?: number;
  readonly sha: string;
  /** Missing in trees and folders. */
  readonly text?: string;
}

/** Reads `.github/meltano-deploy.yml` at a commit. GitHub shows a fork's commits in the base repository too. */
export function createConfigurationFiles(options: ConfigurationFilesOptions): ConfigurationFiles {
  const { getOctokit, sleep, mayAsk } = options;

  async function open({ installationId }: Repository): Promise<ReadingOctokit> {
    requireRequests(mayAsk(installationId), 'reading files');
    return getOctokit(installationId);
  }

  return {
    async read(repository, sha, known, trees = null) {
      for (const delayMs of [...NO_COMMIT_DELAYS_MS, null]) {
        const found = await readOnce(await open(repository), { repository, sha, known, trees });
        if (found.kind !== 'no_commit' || delayMs === null) return found;
        await sleep(delayMs);
      }
      return { kind: 'no_commit' };
    },

    async isChangedBy(repository, pullRequest) {
      for (const delayMs of NO_COMMIT_DELAYS_MS) {
        const found = await isChangedIn(await open(repository), repository, pullRequest);
        if (found !== null) return found;
        await sleep(delayMs);
      }
      // If it is still missing, the repository is gone or the app was removed from it.
      return (await isChangedIn(await open(repository), repository, pullRequest)) ?? false;
    },

    async readMessage(repository, sha) {
      const octokit = await open(repository);
      try {
        const { data } = await octokit.rest.repos.getCommit({
          ...locate(repository),
          ref: sha,
          per_page: 1,
        });
        return data.commit.message;
      } catch (error) {
        const { status } = error as { status?: number };
        if (status === 404 || status === 422) return '';
        throw error;
      }
    },
  };
}

/** Null if GitHub doesn't show the pull request. */
async function isChangedIn(
  octokit: ReadingOctokit,
  repository: Repository,
  pullRequest: number,
): Promise<boolean | null> {
  const pages = octokit.paginate.iterator(octokit.rest.pulls.listFiles, {
    ...locate(repository),
    pull_number: pullRequest,
    per_page: 100,
  });
  try {
    for await (const { data } of pages) {
      if (data.some((one) => PATHS.has(one.filename) || PATHS.has(one.previous_filename))) return true;
    }
    return false;
  } catch (error) {
    if ((error as { status?: number }).status === 404) return null;
    throw error;
  }
}

interface FileToRead {
  readonly repository: Repository;
  readonly sha: string;
  readonly known: string | null;
  readonly trees: TreeReader | null;
}

async function readOnce(
  octokit: ReadingOctokit,
  { repository, sha, known, trees }: FileToRead,
): Promise<ConfigurationFile> {
  const found =
    (trees && (await findInTree(trees, repository, sha))) ??
    (await queryFile(octokit, repository, sha)) ??
    (await findInFolder(octokit, repository, sha));
  if (found === 'no commit') return { kind: 'no_commit' };
  const [entry, another] = found;
  if (!entry) return { kind: 'none' };
  const content = found.map((one) => `${one.path} ${one.type} ${one.sha}`).join(', ');
  const about = { file: entry.path, content };
  if (known === content) return { kind: 'unchanged', file: entry.path };
  if (another) {
    const problem = `There are both ${entry.path} and ${another.path}: keep one of them.`;
    return { kind: 'unusable', ...about, problem };
  }
  const refused = refuseEntry(entry);
  if (refused) return { kind: 'unusable', ...about, problem: refused };
  if (entry.text !== undefined) return { kind: 'text', ...about, text: entry.text };
  const read = await getContent(octokit, repository, { path: entry.path, ref: sha });
  if (read === null || typeof read === 'string' || Array.isArray(read)) {
    throw new Error('GitHub lists the configuration file but does not show it.');
  }
  const problem = refuseEntry({ path: entry.path, type: read.type, size: read.size });
  if (problem) return { kind: 'unusable', ...about, problem };
  const text = 'content' in read ? Buffer.from(read.content, 'base64').toString('utf8') : '';
  return { kind: 'text', ...about, text };
}

/** Null if the tree is unavailable or incomplete. */
async function findInTree(
  trees: TreeReader,
  repository: Repository,
  sha: string,
): Promise<readonly FolderEntry[] | null> {
  // A failure must not delay the push. Other readers retry the tree if they need it.
  const read = await trees.readTree(repository, { sha, levels: 'all', isNew: false }).catch(() => null);
  if (read?.kind !== 'tree' || read.isTruncated) return null;
  return CONFIGURATION_FILES.flatMap((path) => {
    const entry = read.entries.find((one) => one.path === path || one.path.startsWith(`${path}/`));
    if (!entry) return [];
    const type = entry.path === path ? (TYPES_OF_MODES[entry.mode] ?? 'file') : 'dir';
    return [{ path, type, sha: entry.sha }];
  });
}

interface QueriedFile {
  readonly oid?: string;
  readonly byteSize?: number;
  /** Null for a binary file. Missing if it isn't a file. */
  readonly text?: string | null;
}

interface QueriedFolder {
  readonly entries?: readonly { readonly name: string; readonly mode: number }[];
}

interface FilesAnswer {
  readonly repository:
    | (Readonly<Record<'commit' | 'yml' | 'yaml', QueriedFile | null>> & {
        readonly folder: QueriedFolder | null;
      })
    | null;
}

const FILES_QUERY = `
  query Configuration(
    $owner: String!, $repository: String!, $commit: String!, $folder: String!, $yml: String!, $yaml: String!
  ) {
    repository(owner: $owner, name: $repository) {
      commit: object(expression: $commit) { oid }
      folder: object(expression: $folder) { ... on Tree { entries { name mode } } }
      yml: object(expression: $yml) { ...File }
      yaml: object(expression: $yaml) { ...File }
    }
  }
  fragment File on Blob { oid byteSize text }
`;

/** Finds and reads the file in one request, which REST can't. Null if the answer is not a single plain file. */
async function queryFile(
  octokit: ReadingOctokit,
  { owner, name }: Repository,
  sha: string,
): Promise<readonly FolderEntry[] | null> {
  const [yml, yaml] = CONFIGURATION_FILES.map((path) => `${sha}:${path}`);
  const asked = { owner, repository: name, commit: sha, folder: `${sha}:${FOLDER}`, yml, yaml };
  const request = { signal: AbortSignal.timeout(QUERY_TIMEOUT_MS) };
  const answer = await octokit.graphql<FilesAnswer>(FILES_QUERY, { ...asked, request }).catch(() => null);
  const shown = answer?.repository;
  if (!shown?.commit) return null;
  const files = [shown.yml, shown.yaml].flatMap((file, n) =>
    file ? [{ ...file, path: CONFIGURATION_FILES[n] }] : [],
  );
  const [file, another] = files;
  if (!file) return [];
  const { path, oid, byteSize, text } = file;
  // The text of a symbolic link is its target, so the mode counts.
  const mode = shown.folder?.entries?.find((entry) => path === `${FOLDER}/${entry.name}`)?.mode;
  if (another || path === undefined || !ORDINARY_MODES.has(mode)) return null;
  if (oid === undefined || byteSize === undefined || typeof text !== 'string') return null;
  return [{ path, type: 'file', size: byteSize, sha: oid, text }];
}

async function findInFolder(
  octokit: ReadingOctokit,
  repository: Repository,
  sha: string,
): Promise<readonly FolderEntry[] | 'no commit'> {
  const listed = await getContent(octokit, repository, { path: FOLDER, ref: sha });
  if (listed === 'no commit') return listed;
  return Array.isArray(listed) ? listed.filter(({ path }) => PATHS.has(path)) : [];
}

function refuseEntry({ path, type, size = 0 }: Omit<FolderEntry, 'sha'>): string | null {
  if (type === 'dir') return `${path} is a directory: it must be a file.`;
  if (type === 'symlink') return `${path} is a symbolic link: it must be a file of its own.`;
  if (type !== 'file') return `${path} is a ${type}: it must be a file.`;
  return size > LARGEST_READ ? `${path} is too large: it may have 64 KiB.` : null;
}

interface Place {
  readonly path: string;
  readonly ref: string;
}

/** Null if it doesn't exist. */
async function getContent(octokit: ReadingOctokit, repository: Repository, place: Place) {
  try {
    return (await octokit.rest.repos.getContent({ ...locate(repository), ...place })).data;
  } catch (error) {
    const { status, message = '' } = error as { status?: number; message?: string };
    if (status !== 404) throw error;
    return /no commit found/i.test(message) ? 'no commit' : null;
  }
}
