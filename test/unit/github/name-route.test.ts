import { expect, test } from 'vitest';
import { nameRoute } from '../../../src/github/octokit.ts';

test.each([
  ['/repos/{owner}/{repo}/pulls/{pull_number}', '/repos/{owner}/{repo}/pulls/{pull_number}'],
  ['https://api.github.com/app/hook/deliveries?cursor=v1_17', '/app/hook/deliveries'],
  [
    'https://github.example/api/v3/repos/acme/data/pulls/17/files?page=2',
    '/repos/{owner}/{repo}/pulls/{id}/files',
  ],
  [
    'https://api.github.com/repos/acme/17/commits/0a1b/check-runs',
    '/repos/{owner}/{repo}/commits/{ref}/check-runs',
  ],
  [
    'https://api.github.com/repositories/912500001/pulls/17/files?page=2',
    '/repositories/{id}/pulls/{id}/files',
  ],
  ['not an address', 'unreadable'],
])('%s is %s', (url, route) => {
  expect(nameRoute(url)).toBe(route);
});
