/** What the changelog says about a version, without its heading; null when it has no section, or an empty one. */
export function extractReleaseNotes(changelog: string, version: string): string | null {
  const lines = changelog.split(/\r?\n/);
  const start = lines.findIndex((line) => readVersion(line) === version);
  if (start < 0) return null;
  const length = lines.slice(start + 1).findIndex((line) => isEnd(line));
  const section = length < 0 ? lines.slice(start + 1) : lines.slice(start + 1, start + 1 + length);
  return section.join('\n').trim() || null;
}

/** `## [1.2.0] - 2026-01-31`, as Keep a Changelog has it; the brackets and the date may be missing. */
function readVersion(line: string): string | null {
  return /^## \[?v?([^\]\s]+)\]?/.exec(line)?.[1] ?? null;
}

/** The next version, or the links at the end of the file. */
function isEnd(line: string): boolean {
  return /^## /.test(line) || /^\[[^\]]+\]: \S/.test(line);
}
