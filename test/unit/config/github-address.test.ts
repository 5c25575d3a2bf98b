import { describe, expect, test } from 'vitest';
import { readGitHubAddress } from '../../../src/config/github-address.ts';

const GITHUB_COM = { apiUrl: 'https://api.github.com', webUrl: 'https://github.com', host: 'github.com' };
const TENANT = { apiUrl: 'https://api.acme.ghe.com', webUrl: 'https://acme.ghe.com', host: 'acme.ghe.com' };
const SERVER = { apiUrl: 'https://git.example/api/v3', webUrl: 'https://git.example', host: 'git.example' };

describe('GHE_HOST', () => {
  test.each([
    [undefined, GITHUB_COM],
    ['github.com', GITHUB_COM],
    ['GitHub.com', GITHUB_COM],
    ['www.github.com', GITHUB_COM],
    ['api.github.com', GITHUB_COM],
    ['https://github.com/', GITHUB_COM],
    ['github.com:443', GITHUB_COM],
    ['github.com.', GITHUB_COM],
    ['acme.ghe.com', TENANT],
    ['api.acme.ghe.com', TENANT],
    ['https://Acme.ghe.com/', TENANT],
    ['acme.ghe.com:443', TENANT],
    ['git.example', SERVER],
    ['https://git.example', SERVER],
    ['git.example/', SERVER],
    ['https://git.example/api/v3/', SERVER],
    ['git.example:443', SERVER],
    ['notghe.com', { apiUrl: 'https://notghe.com/api/v3', webUrl: 'https://notghe.com', host: 'notghe.com' }],
    [
      'http://git.example:8080',
      {
        apiUrl: 'http://git.example:8080/api/v3',
        webUrl: 'http://git.example:8080',
        host: 'git.example:8080',
      },
    ],
    ['[::1]:3000', { apiUrl: 'https://[::1]:3000/api/v3', webUrl: 'https://[::1]:3000', host: '[::1]:3000' }],
  ])('%s is understood', (typed, address) => {
    expect(readGitHubAddress(typed, undefined)).toEqual(address);
  });

  test('is reached as GHE_PROTOCOL says, but github.com and GHE.com by https only', () => {
    expect(readGitHubAddress('git.example', 'http')).toMatchObject({ apiUrl: 'http://git.example/api/v3' });
    expect(readGitHubAddress('github.com', 'http')).toEqual(GITHUB_COM);
    expect(readGitHubAddress('acme.ghe.com', 'http')).toEqual(TENANT);
  });

  test.each([
    ['git.example/acme', undefined],
    ['https://github.com/acme/data', undefined],
    ['git example', undefined],
    ['user@git.example', undefined],
    ['ssh://git.example', undefined],
    ['git.example:99999', undefined],
    ['*.ghe.com', undefined],
    ['ghe.com', undefined],
    ['api.ghe.com', undefined],
    ['a.b.ghe.com', undefined],
    ['acme.ghe.com:8443', undefined],
    ['github.com:8443', undefined],
    ['ssh.github.com', undefined],
    ['acme.github.com', undefined],
    ['git..example', undefined],
    ['https://git.example', 'http' as const],
  ])('%s is refused by name', (typed, protocol) => {
    expect(readGitHubAddress(typed, protocol)).toEqual({ problem: expect.stringMatching(/^GHE_HOST /) });
  });
});
