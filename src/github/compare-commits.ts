import type { Repository } from '../domain/deployment.ts';
import type { CommitComparer, Comparison } from '../domain/ports.ts';
import { callGitHub } from './github-call.ts';
import type { GetOctokit } from './octokit.ts';
import { requireRequests } from './require-requests.ts';

/** GitHub lists at most this many files of a comparison. */
const MAX_FILES = 300;
/** Waits (milliseconds) before a commit that GitHub doesn't find is asked for again: a push may be heard of before it can be read. */
const NOT_FOUND_WAITS_MS = [1_000, 2_000, 4_000];

/**
 * GitHub answers 5xx for comparisons that take it too long, and will do so each time: from so long a failure on (milliseconds)
 * what a base is compared with counts as changed.
 */
const FAILS_FOR_MS = 10 * 60_000;
/** So many bases are remembered that GitHub fails to compare with; the oldest is forgotten first. */
const MOST_FAILING = 1_000;

interface ComparedCommits {
  readonly status: string;
  readonly files?: { readonly filename: string; readonly previous_filename?: string }[];
}

export interface CommitComparerOptions {
  readonly getOctokit: GetOctokit;
  /** Waits some milliseconds. */
  readonly sleep: (ms: number) => Promise<unknown>;
  /** False while GitHub refuses the installation's requests, or the last ones are kept for what matters more. */
  readonly mayAsk: (installationId: number) => boolean;
  readonly elapsed: () => number;
}

/** GitHub's compare, read as "which paths changed". */
export function createCommitComparer(options: CommitComparerOptions): CommitComparer {
  const { getOctokit, sleep, mayAsk, elapsed } = options;
  /** Since when (`elapsed`) GitHub fails to compare with a commit of a repository. */
  const failing = new Map<string, number>();

  /** Throws as long as there is hope. */
  function giveUp(base: string, error: Error): Comparison {
    const since = failing.get(base) ?? elapsed();
    failing.set(base, since);
    const [oldest] = failing.keys();
    if (failing.size > MOST_FAILING && oldest !== undefined) failing.delete(oldest);
    if (elapsed() - since < FAILS_FOR_MS) throw error;
    return { kind: 'everything', why: `GitHub has failed to compare for ten minutes: ${error.message}` };
  }

  return {
    async compare(repository, base, head) {
      requireRequests(mayAsk(repository.installationId), 'the comparison');
      for (const wait of [...NOT_FOUND_WAITS_MS, null]) {
        const found = await compareOnce(await getOctokit(repository.installationId), repository, base, head);
        if (found instanceof Error) return giveUp(`${repository.id} ${base}`, found);
        failing.delete(`${repository.id} ${base}`);
        if (found) return found;
        if (wait !== null) await sleep(wait);
      }
      return { kind: 'everything', why: 'GitHub does not know one of the commits (any more)' };
    },
  };
}

/** Null for a commit that GitHub doesn't know; an error where it fails. Throws where it only has to be asked later. */
async function compareOnce(
  octokit: Awaited<ReturnType<GetOctokit>>,
  repository: Repository,
  base: string,
  head: string,
): Promise<Comparison | Error | null> {
  const compared = await callGitHub(
    () =>
      octokit.rest.repos.compareCommitsWithBasehead({
        owner: repository.owner,
        repo: repository.name,
        basehead: `${base}...${head}`,
        // The files come with the first page, however few commits it shows.
        per_page: 1,
        page: 1,
      }),
    Date.now,
  );
  if (compared.ok) return readComparison(compared.value.data);
  const { failure } = compared;
  // The push came while the app was installed: it is deployed, whatever it changed.
  if (failure.kind === 'unavailable') return { kind: 'everything', why: failure.message };
  if (failure.kind !== 'rejected') {
    const error = new Error(`GitHub could not compare: ${failure.message}`);
    if (failure.kind === 'unknown') return error;
    throw error;
  }
  if (failure.status === 404) return null;
  return { kind: 'everything', why: `GitHub will not compare the commits: ${failure.message}` };
}

function readComparison({ status, files = [] }: ComparedCommits): Comparison {
  if (status !== 'ahead' && status !== 'identical') {
    return { kind: 'everything', why: `the commit is ${status} of the one before` };
  }
  if (files.length >= MAX_FILES) return { kind: 'everything', why: 'more files changed than GitHub lists' };
  const paths = files.flatMap((file) => [file.filename, file.previous_filename ?? []].flat());
  return { kind: 'paths', paths };
}
