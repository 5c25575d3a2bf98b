import type { FileAtCommit, RepositoryName } from '../../domain/deployment.ts';
import type { CheckRunView } from './check-run-view.ts';
import { shortenSha } from './describe-deployment.ts';
import { formatCode, formatLink } from './escape-markdown.ts';

/** Empty where the repository's configuration was used as it is. */
export function explainBadFile({ deployment, githubUrl, repository }: CheckRunView): string {
  const { badFile } = deployment;
  if (badFile === null) return '';
  const link = linkFile({ githubUrl, repository }, badFile);
  return `**The configuration has mistakes:** ${link}. The last valid version was used. Later changes take effect once the file is repaired.`;
}

/** The file at its commit. */
export function linkFile(place: RepositoryPlace, at: FileAtCommit): string {
  return `${formatCode(at.file)} at ${formatLink(shortenSha(at.sha), formatFileUrl(place, at))}`;
}

interface RepositoryPlace {
  readonly githubUrl: string;
  readonly repository: RepositoryName;
}

export function formatFileUrl(
  { githubUrl, repository }: RepositoryPlace,
  { file, sha }: FileAtCommit,
): string {
  const parts = [repository.owner, repository.name, 'blob', sha, ...file.split('/')];
  return `${githubUrl}/${parts.map(encodeURIComponent).join('/')}`;
}
