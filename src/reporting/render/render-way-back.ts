import type { WayBack } from '../../domain/way-back.ts';
import { formatLink, linkWords } from './escape-markdown.ts';
import { formatCount } from './format-numbers.ts';
import { linkCommit, type Pages } from './github-links.ts';

/** Commit ids that are safe in a command line. */
const COMMIT = /^[0-9a-f]{7,64}$/;

/** Names the last good commit and how to return to it: paragraphs of Markdown. */
export function renderWayBack(pages: Pages, wayBack: WayBack | null): string[] {
  if (wayBack === null) return [];
  const { lastGood, failed, relation } = wayBack;
  const head = '**Last good commit:**';
  if (relation === 'identical') {
    return [`${head} this one. It was deployed before, so the cause may lie outside the repository.`];
  }
  const good = linkCommit(pages, lastGood);
  const compare = formatCompareUrl(pages, lastGood, failed);
  if (relation === null) return [`${head} ${good} (${linkWords('compare', compare)}).`];
  if (relation !== 'ahead') {
    return [`${head} ${good}, which is not an ancestor of this one (${linkWords('compare', compare)}).`];
  }
  const count = wayBack.commits ?? 0;
  const distance = linkWords(`${formatCount(count)} ${count === 1 ? 'commit' : 'commits'}`, compare);
  return [`${head} ${good}, ${distance} before this one.`, ...describeRevert(pages, wayBack)];
}

function describeRevert(pages: Pages, { lastGood, failed, isLinear, pullRequest }: WayBack): string[] {
  const pull = pullRequest === null ? null : linkPull(pages, pullRequest);
  const isCommand = isLinear && COMMIT.test(lastGood) && COMMIT.test(failed);
  const command = `\`\`\`sh\ngit revert --no-edit ${lastGood}..${failed}\n\`\`\``;
  if (pull === null) return isCommand ? ['To go back to it, run this and push:', command] : [];
  const press = `To go back to it, press **Revert** in pull request ${pull}`;
  return isCommand ? [`${press}, or run this and push:`, command] : [`${press}.`];
}

function formatCompareUrl({ githubUrl, repository }: Pages, base: string, head: string): string {
  const path = [repository.owner, repository.name, 'compare', `${base}...${head}`].map(encodeURIComponent);
  return `${githubUrl}/${path.join('/')}`;
}

function linkPull({ githubUrl, repository }: Pages, number: number): string {
  const path = [repository.owner, repository.name, 'pull', String(number)].map(encodeURIComponent).join('/');
  return formatLink(`#${number}`, `${githubUrl}/${path}`);
}
