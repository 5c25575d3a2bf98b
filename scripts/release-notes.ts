// Prints what CHANGELOG.md says about a version: node scripts/release-notes.ts 1.2.0 (or v1.2.0, as the tag is called).
// Ends with exit code 1 when it says nothing, or when package.json has another version.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import packageJson from '../package.json' with { type: 'json' };
import { extractReleaseNotes } from './extract-release-notes.ts';

const version = process.argv[2]?.replace(/^v/, '') ?? '';
const notes = extractReleaseNotes(
  readFileSync(join(import.meta.dirname, '../CHANGELOG.md'), 'utf8'),
  version,
);
if (version !== packageJson.version) {
  console.error(
    `package.json has the version ${packageJson.version}, not ${version || 'that of no argument'}.`,
  );
  process.exitCode = 1;
} else if (notes === null) {
  console.error(`CHANGELOG.md has no section for the version ${version}.`);
  process.exitCode = 1;
} else {
  console.log(notes);
}
