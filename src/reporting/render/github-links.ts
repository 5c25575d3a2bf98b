import type { Deployment, FileAtCommit, RepositoryName } from '../../domain/deployment.ts';
import type { CheckRunView, OtherDeployment } from './check-run-view.ts';
import { formatCommitUrl, shortenSha } from './describe-deployment.ts';
import { formatCode, formatLink, linkWords } from './escape-markdown.ts';

/** The base of GitHub links. */
export interface Pages {
  readonly githubUrl: string;
  readonly repository: RepositoryName;
}

/** A commit as a link to its page. */
export function linkCommit({ githubUrl, repository }: Pages, sha: string): string {
  // The deployed commit comes from Meltano Cloud: link it only if it looks like a commit.
  const isCommit = /^[0-9a-f]{7,64}$/i.test(sha);
  return isCommit
    ? formatLink(shortenSha(sha), formatCommitUrl(githubUrl, repository, sha))
    : formatCode(sha);
}

/** The check run of a deployment, or all checks of its commit until the run exists. */
export function findRunUrl({ githubUrl, repository }: Pages, { sha, checkRunUrl }: OtherDeployment): string {
  return checkRunUrl ?? `${formatCommitUrl(githubUrl, repository, sha)}/checks`;
}

export function linkProjectCheck(view: CheckRunView): string {
  const { deployment, projectCheck } = view;
  return linkWords(
    'project check',
    findRunUrl(view, projectCheck ?? { sha: deployment.sha, checkRunUrl: null }),
  );
}

export function linkPredecessor(view: CheckRunView): string {
  const { deployment, predecessor } = view;
  const sha = deployment.gateSha ?? deployment.sha;
  const failed = predecessor ?? { sha, checkRunUrl: null };
  return linkWords(`its deployment of ${shortenSha(failed.sha)}`, findRunUrl(view, failed));
}

/** True if the job deployed another commit than the requested one. */
export function tookAnotherCommit({ sha, deployedSha }: Deployment): boolean {
  return deployedSha !== null && !sha.startsWith(deployedSha) && !deployedSha.startsWith(sha);
}

/** The file at its commit. */
export function linkFile(pages: Pages, at: FileAtCommit): string {
  return `${formatCode(at.file)} at ${formatLink(shortenSha(at.sha), formatFileUrl(pages, at))}`;
}

export function formatFileUrl({ githubUrl, repository }: Pages, { file, sha }: FileAtCommit): string {
  const parts = [repository.owner, repository.name, 'blob', sha, ...file.split('/')];
  return `${githubUrl}/${parts.map(encodeURIComponent).join('/')}`;
}

export function linkAccount({ githubUrl }: CheckRunView, login: string): string {
  const [, bot] = /^([a-z\d-]+)\[bot\]$/i.exec(login) ?? [];
  if (bot !== undefined) return formatLink(login, `${githubUrl}/apps/${bot}`);
  return /^[a-z\d_-]+$/i.test(login) ? formatLink(login, `${githubUrl}/${login}`) : formatCode(login);
}
