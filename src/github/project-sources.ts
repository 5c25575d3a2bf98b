import { isUtf8 } from 'node:buffer';
import { BoundedCache } from '../domain/bounded-cache.ts';
import type { Repository } from '../domain/deployment.ts';
import type { Incomparable, TreeReader } from '../domain/git-tree.ts';
import type { ProjectCommits, ProjectSource, SourceFile } from '../project/project-source.ts';
import { locate, mayReadByRest, requireRequests } from './github-call.ts';
import type { GetOctokit, InstallationOctokit } from './octokit.ts';

/** The limits of a query, because GitHub gives up on it after ten seconds. */
const MOST_OF_A_QUERY = 100;
const MOST_BYTES_OF_A_QUERY = 1024 * 1024;
/** The size of cached texts in UTF-16 code units: about 16 MB of memory. */
const MOST_KEPT = 8 * 1024 * 1024;

export interface ProjectSourcesOptions {
  readonly getOctokit: GetOctokit;
  readonly trees: TreeReader;
  /** False while few of the installation's requests are left, or GitHub refuses them. */
  readonly mayAsk: (installationId: number) => boolean;
}

/** Reads the files of commits on GitHub: the git tree, which planning reads too, and many texts in one query. Without GraphQL it reads one text after the other. */
export function createProjectSources(options: ProjectSourcesOptions): ProjectCommits {
  const blobs = new Blobs(options);
  return {
    async open(repository, sha) {
      requireRequests(options.mayAsk(repository.installationId), 'checking a project');
      const read = await options.trees.readTree(repository, { sha, levels: 'all', isNew: true });
      if (read.kind === 'incomparable') return read;
      if (read.isTruncated) return TOO_LARGE;
      const files = read.entries.map((entry): SourceFile => ({ ...entry, bytes: entry.bytes ?? 0 }));
      return {
        listFiles: async () => files,
        readTexts: (wanted) => blobs.readTexts(repository, wanted),
      } satisfies ProjectSource;
    },

    async findMergeBase(repository, base, head) {
      requireRequests(options.mayAsk(repository.installationId), 'checking a project');
      const octokit = await options.getOctokit(repository.installationId);
      try {
        const compared = await octokit.rest.repos.compareCommitsWithBasehead({
          ...locate(repository),
          basehead: `${base}...${head}`,
          // Only the common commit is needed.
          per_page: 1,
        });
        return compared.data.merge_base_commit.sha;
      } catch (error) {
        if ((error as { status?: number }).status === 404) return null;
        throw error;
      }
    },

    async listCommits(repository, head, path) {
      requireRequests(options.mayAsk(repository.installationId), 'comparing commits');
      const octokit = await options.getOctokit(repository.installationId);
      const { data } = await octokit.rest.repos.listCommits({
        ...locate(repository),
        ...(path === null ? {} : { path }),
        sha: head,
        per_page: MOST_COMMITS,
      });
      return data.map(({ sha, commit }) => ({
        sha,
        committerName: commit.committer?.name ?? '',
        message: commit.message,
      }));
    },
  };
}

/** Commits on a page, the most that GitHub shows. */
const MOST_COMMITS = 100;

const TOO_LARGE: Incomparable = {
  kind: 'incomparable',
  why: 'the repository is too large for GitHub to list its files in one answer',
};

/** A cache of texts by their SHA in git, which determines the text. */
class Blobs {
  readonly #options: ProjectSourcesOptions;
  /** By repository and SHA. */
  readonly #kept = new BoundedCache<string>(MOST_KEPT);

  constructor(options: ProjectSourcesOptions) {
    this.#options = options;
  }

  async readTexts(repository: Repository, files: readonly SourceFile[]): Promise<Map<string, string>> {
    const texts = new Map<string, string>();
    const unknown = new Map<string, SourceFile>();
    for (const { sha, ...file } of files) {
      const known = this.#kept.get(keyOf(repository, sha));
      if (known === undefined) unknown.set(sha, { sha, ...file });
      else texts.set(sha, known);
    }
    for (const batch of toBatches([...unknown.values()])) {
      for (const [sha, text] of await this.#query(repository, batch)) texts.set(sha, text);
    }
    return new Map(
      files.flatMap(({ path, sha }) => {
        const text = texts.get(sha);
        return text === undefined ? [] : [[path, text] as const];
      }),
    );
  }

  async #query(repository: Repository, files: readonly SourceFile[]): Promise<Map<string, string>> {
    const { getOctokit, mayAsk } = this.#options;
    requireRequests(mayAsk(repository.installationId), 'checking a project');
    const octokit = await getOctokit(repository.installationId);
    const variables = {
      owner: repository.owner,
      repository: repository.name,
      ...Object.fromEntries(files.map(({ sha }, n) => [`blob${n}`, sha])),
    };
    const texts = await octokit
      .graphql<BlobsAnswer>(writeBlobsQuery(files.length), variables)
      .then(({ repository: shown }) => files.map((_, n) => wholeText(shown?.[`blob${n}`] ?? null)))
      .catch((error: unknown) => {
        if (!mayReadByRest(error)) throw error;
        return readOneByOne(octokit, repository, files);
      });
    const bySha = new Map<string, string>();
    for (const [n, { sha }] of files.entries()) {
      const text = texts[n];
      if (typeof text !== 'string') continue;
      bySha.set(sha, text);
      this.#kept.set(keyOf(repository, sha), text, text.length);
    }
    return bySha;
  }
}

/** Null for a binary file, and one that GitHub cuts. */
function wholeText(blob: QueriedBlob | null): string | null {
  return blob?.isTruncated ? null : (blob?.text ?? null);
}

async function readOneByOne(
  octokit: InstallationOctokit,
  repository: Repository,
  files: readonly SourceFile[],
): Promise<(string | null)[]> {
  const texts: (string | null)[] = [];
  for (const { sha } of files) {
    const { data } = await octokit.rest.git.getBlob({ ...locate(repository), file_sha: sha });
    const bytes = Buffer.from(data.content, 'base64');
    texts.push(isUtf8(bytes) ? bytes.toString('utf8') : null);
  }
  return texts;
}

/** Includes the repository, so that another one never gets the text. */
function keyOf({ id }: Repository, sha: string): string {
  return `${id} ${sha}`;
}

function toBatches(files: readonly SourceFile[]): SourceFile[][] {
  const batches: SourceFile[][] = [];
  let bytes = Infinity;
  for (const file of files) {
    bytes += file.bytes;
    const last = batches.at(-1);
    if (last && last.length < MOST_OF_A_QUERY && bytes <= MOST_BYTES_OF_A_QUERY) last.push(file);
    else {
      batches.push([file]);
      bytes = file.bytes;
    }
  }
  return batches;
}

interface QueriedBlob {
  readonly text?: string | null;
  readonly isTruncated?: boolean;
}

interface BlobsAnswer {
  readonly repository: Readonly<Record<string, QueriedBlob | null>> | null;
}

/** The GraphQL query for the texts of `count` files. Its variables are `owner`, `repository`, `blob0`, `blob1` … */
export function writeBlobsQuery(count: number): string {
  const names = Array.from({ length: count }, (_, n) => `blob${n}`);
  const variables = [
    '$owner: String!',
    '$repository: String!',
    ...names.map((name) => `$${name}: GitObjectID!`),
  ].join(', ');
  const blobs = names.map((name) => `${name}: object(oid: $${name}) { ... on Blob { isTruncated text } }`);
  return `query Blobs(${variables}) { repository(owner: $owner, name: $repository) { ${blobs.join(' ')} } }`;
}
