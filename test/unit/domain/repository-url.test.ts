import { describe, expect, test } from 'vitest';
import { normalizeHost, parseRepositoryUrl } from '../../../src/domain/repository-url.ts';

const acme = { host: 'github.com', fullName: 'acme/data' };

describe('parseRepositoryUrl', () => {
  test.each([
    'https://github.com/acme/data',
    'https://github.com/acme/data.git',
    'https://github.com/acme/data/',
    'https://github.com/acme/data.git/',
    'HTTPS://GitHub.com/Acme/Data.GIT',
    'https://www.github.com/acme/data',
    'https://someone@github.com/acme/data',
    'https://someone:secret@github.com:443/acme/data',
    'http://github.com/acme/data',
    'git@github.com:acme/data.git',
    'git@github.com:acme/data',
    'git@github.com:/acme/data.git',
    'github.com:acme/data',
    'ssh://git@github.com/acme/data.git',
    'ssh://git@ssh.github.com:443/acme/data.git',
    '  https://github.com/acme/data  ',
  ])('reads %s', (url) => {
    expect(parseRepositoryUrl(url)).toEqual(acme);
  });

  test.each([
    '',
    'not a url',
    'https://github.com/acme',
    'https://github.com/acme/data/tree',
    'https://github.com/acme/data/tree/main',
    'https://github.com//data',
    'https://github.com/acme/.git',
    'file:///acme/data',
    'javascript://github.com/acme/data',
    'git@github.com:acme/team/data',
    '/acme/data',
    'https://',
  ])('refuses %s', (url) => {
    expect(parseRepositoryUrl(url)).toBeNull();
  });

  test('keeps another host apart', () => {
    expect(parseRepositoryUrl('https://github.com.evil.example/acme/data')?.host).toBe(
      'github.com.evil.example',
    );
    expect(parseRepositoryUrl('https://github.com@evil.example/acme/data')?.host).toBe('evil.example');
  });
});

test('normalizeHost drops the port, the letter case and www. or ssh.', () => {
  expect(normalizeHost('WWW.GitHub.com')).toBe('github.com');
  expect(normalizeHost('127.0.0.1:8080')).toBe('127.0.0.1');
});
