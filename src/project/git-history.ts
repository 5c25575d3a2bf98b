import { type CloudCommit, isByMeltanoCloud } from '../domain/cloud-commit.ts';
import type { PushHistory } from './find-lost-work.ts';
import { GitSource, runGit } from './git-source.ts';
import { isInside } from './project-paths.ts';
import type { HistoryCommit } from './project-source.ts';

/** The history of a commit in a local checkout. */
export function openGitHistory(root: string, head: string): PushHistory {
  return {
    listCommits: async (path) =>
      listCommits(root, ['--max-count=100', head, ...(path === null ? [] : ['--', `:(top,literal)${path}`])]),
    open: async (sha) => new GitSource(root, sha),
  };
}

/** The commits of Meltano Cloud between two commits, with the files that they changed or removed in a directory. */
export function listCloudCommits(
  root: string,
  { from, to, directory }: { readonly from: string; readonly to: string; readonly directory: string },
): CloudCommit[] {
  return listCommits(root, [`${from}..${to}`])
    .filter(isByMeltanoCloud)
    .map(({ sha }) => ({
      sha,
      paths: listChangedPaths(root, sha).filter((path) => isInside(path, directory)),
    }));
}

function listCommits(root: string, words: readonly string[]): HistoryCommit[] {
  const output = runGit(root, [
    'log',
    '-z',
    '--no-show-signature',
    '--format=%H%n%cn%n%s',
    ...words,
  ]).toString();
  return output
    .split('\0')
    .filter((commit) => commit !== '')
    .map((commit) => {
      const [sha = '', committerName = '', message = ''] = commit.split('\n');
      return { sha, committerName, message };
    });
}

/** Added files have nothing to lose. */
function listChangedPaths(root: string, sha: string): string[] {
  const words = [
    'diff-tree',
    '-r',
    '-z',
    '--no-commit-id',
    '--name-only',
    '--no-renames',
    '--diff-filter=MD',
  ];
  return runGit(root, [...words, sha])
    .toString()
    .split('\0')
    .filter((path) => path !== '');
}
