import type { ConfigurationFile, ConfigurationFiles } from '../domain/configuration-in-use.ts';
import type { Repository } from '../domain/deployment.ts';
import { locate } from './locate-repository.ts';
import type { ReadingOctokit } from './octokit.ts';
import { requireRequests } from './require-requests.ts';

const FOLDER = '.github';
const NAMES = ['meltano-deploy.yml', 'meltano-deploy.yaml'];
const PATHS: ReadonlySet<string | undefined> = new Set(NAMES.map((name) => `${FOLDER}/${name}`));
/** Larger than any file that the reader takes: not worth reading (bytes). */
const LARGEST_READ = 256 * 1024;
/** A commit that was just pushed may not be shown yet (milliseconds). */
const NO_COMMIT_WAITS_MS = [500, 1_000, 2_000];

export interface ConfigurationFilesOptions {
  readonly getOctokit: (installationId: number) => Promise<ReadingOctokit>;
  readonly sleep: (ms: number) => Promise<unknown>;
  /** False while few of the installation's requests are left, or GitHub refuses them. */
  readonly mayAsk: (installationId: number) => boolean;
}

interface FolderEntry {
  readonly name: string;
  readonly path: string;
  readonly type: string;
  readonly size: number;
  readonly sha: string;
}

/** `.github/meltano-deploy.yml` at a commit, which may be a fork's: GitHub shows that through the base repository too. */
export function createConfigurationFiles(options: ConfigurationFilesOptions): ConfigurationFiles {
  const { getOctokit, sleep, mayAsk } = options;

  async function open({ installationId }: Repository): Promise<ReadingOctokit> {
    requireRequests(mayAsk(installationId), 'reading files');
    return getOctokit(installationId);
  }

  return {
    async read(repository, sha, known) {
      for (const wait of [...NO_COMMIT_WAITS_MS, null]) {
        const found = await readOnce(await open(repository), repository, sha, known);
        if (found.kind !== 'no_commit' || wait === null) return found;
        await sleep(wait);
      }
      return { kind: 'no_commit' };
    },

    async isChangedBy(repository, pullRequest) {
      for (const wait of NO_COMMIT_WAITS_MS) {
        const found = await isChangedIn(await open(repository), repository, pullRequest);
        if (found !== null) return found;
        await sleep(wait);
      }
      // Its repository is gone, or the app is there no more.
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

/** Null while GitHub shows no such pull request. */
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

async function readOnce(
  octokit: ReadingOctokit,
  repository: Repository,
  sha: string,
  known: string | null,
): Promise<ConfigurationFile> {
  const listed = await getContent(octokit, repository, { path: FOLDER, ref: sha });
  if (listed === 'no commit') return { kind: 'no_commit' };
  const entries = Array.isArray(listed) ? listed : [];
  const found = entries.filter((one) => NAMES.includes(one.name));
  const [entry, another] = found;
  if (!entry) return { kind: 'none' };
  const content = found.map((one) => `${one.name} ${one.type} ${one.sha}`).join(', ');
  const about = { file: entry.path, content };
  if (known === content) return { kind: 'unchanged', file: entry.path };
  if (another) {
    const problem = `There are both ${entry.path} and ${another.path}: keep one of them.`;
    return { kind: 'unusable', ...about, problem };
  }
  const problem = refuseEntry(entry);
  if (problem) return { kind: 'unusable', ...about, problem };
  const text = await readText(octokit, repository, { path: entry.path, ref: sha });
  if (text === null) throw new Error('GitHub lists the configuration file, and does not show it.');
  return { kind: 'text', ...about, text };
}

function refuseEntry({ path, type, size }: FolderEntry): string | null {
  if (type === 'dir') return `${path} is a directory: it must be a file.`;
  if (type === 'symlink') return `${path} is a symbolic link: it must be a file of its own.`;
  if (type !== 'file') return `${path} is a ${type}: it must be a file.`;
  return size > LARGEST_READ ? `${path} is too large: it may have 64 KiB.` : null;
}

async function readText(
  octokit: ReadingOctokit,
  repository: Repository,
  place: Place,
): Promise<string | null> {
  const read = await getContent(octokit, repository, place);
  if (read === null || typeof read === 'string' || Array.isArray(read)) return null;
  return 'content' in read ? Buffer.from(read.content, 'base64').toString('utf8') : null;
}

interface Place {
  readonly path: string;
  readonly ref: string;
}

/** Null for what isn't there. */
async function getContent(octokit: ReadingOctokit, repository: Repository, place: Place) {
  try {
    return (await octokit.rest.repos.getContent({ ...locate(repository), ...place })).data;
  } catch (error) {
    const { status, message = '' } = error as { status?: number; message?: string };
    if (status !== 404) throw error;
    return /no commit found/i.test(message) ? 'no commit' : null;
  }
}
