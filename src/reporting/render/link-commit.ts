import type { Deployment, RepositoryName } from '../../domain/deployment.ts';
import { formatCommitUrl, shortenSha } from './describe-deployment.ts';
import { formatCode, formatLink } from './escape-markdown.ts';

/** Where on GitHub something is. */
export interface Pages {
  readonly githubUrl: string;
  readonly repository: RepositoryName;
}

/** A commit as a link to its page. */
export function linkCommit({ githubUrl, repository }: Pages, sha: string): string {
  // Meltano Cloud names the commit that it deployed; it becomes a link only if it can be one.
  const isCommit = /^[0-9a-f]{7,64}$/i.test(sha);
  return isCommit
    ? formatLink(shortenSha(sha), formatCommitUrl(githubUrl, repository, sha))
    : formatCode(sha);
}

/** The check run of a deployment; before GitHub has it, all checks of its commit. */
export function findRunUrl(
  { githubUrl, repository }: Pages,
  { sha, checkRunUrl }: Pick<Deployment, 'sha' | 'checkRunUrl'>,
): string {
  return checkRunUrl ?? `${formatCommitUrl(githubUrl, repository, sha)}/checks`;
}

/** Whether the job took another commit than the one that asked for the deployment. */
export function tookAnotherCommit({ sha, deployedSha }: Pick<Deployment, 'sha' | 'deployedSha'>): boolean {
  return deployedSha !== null && !sha.startsWith(deployedSha) && !deployedSha.startsWith(sha);
}
