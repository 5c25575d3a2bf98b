import { expect, test } from 'vitest';
import { extractReleaseNotes } from '../../../scripts/extract-release-notes.ts';

const CHANGELOG = `# Changelog

## [Unreleased]

- Not yet.

## [1.10.0] - 2026-11-24

### Added

- A doctor. See \`## [1.1.0]\`.

### Fixed

- Something.

## [1.1.0] - 2026-01-31

- First.

## 1.0.0

[1.10.0]: https://example.com/1.10.0
[1.1.0]: https://example.com/1.1.0
`;

test('a version has its own section, and nothing of the others', () => {
  expect(extractReleaseNotes(CHANGELOG, '1.10.0')).toBe(
    '### Added\n\n- A doctor. See `## [1.1.0]`.\n\n### Fixed\n\n- Something.',
  );
  expect(extractReleaseNotes(CHANGELOG, '1.1.0')).toBe('- First.');
});

test('the lines of Windows end in the same way', () => {
  expect(extractReleaseNotes(CHANGELOG.replaceAll('\n', '\r\n'), '1.1.0')).toBe('- First.');
});

test.each(['1.1', '2.0.0', '1.0.0', ''])('%o has none', (version) => {
  expect(extractReleaseNotes(CHANGELOG, version)).toBeNull();
});
