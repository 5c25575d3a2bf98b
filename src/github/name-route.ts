/**
 * The route of a request, with names for what differs: there are only so many. Octokit keeps the address as it was
 * written down, but for lists with several pages: their addresses are whole, and what differs in them are owner and
 * name of a repository, ids and commits.
 */
export function nameRoute(url: string): string {
  if (url.startsWith('/')) return url;
  const path = URL.parse(url)?.pathname ?? 'unreadable';
  return path
    .replace(/^\/api(?:\/v3)?(?=\/)/, '')
    .replace(/^\/repos\/[^/]+\/[^/]+/, '/repos/{owner}/{repo}')
    .replace(/\/commits\/[^/]+/, '/commits/{ref}')
    .replaceAll(/\/\d+(?=\/|$)/g, '/{id}');
}
