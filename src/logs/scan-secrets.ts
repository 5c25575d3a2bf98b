import { lintSource } from '@secretlint/core';
import { secretLintProfiler } from '@secretlint/profiler';
import { rules } from '@secretlint/secretlint-rule-preset-recommend';
import type { TextRange } from './text-ranges.ts';

const NOT_USED = new Set([
  // A log line that says `secretlint-disable` would switch the scanner off.
  '@secretlint/secretlint-rule-filter-comments',
  // `findShapedCredentials` takes more of these, and leaves the host to be read.
  '@secretlint/secretlint-rule-basicauth',
  '@secretlint/secretlint-rule-database-connection-string',
]);

// On by default, and then it keeps every mark of every rule of every call for ever.
secretLintProfiler.setEnabled(false);

/** Rule by rule: a preset's rules can't be disabled through its configuration (secretlint 13.0.7 ignores it). */
const CONFIG = {
  rules: rules.filter((rule) => !NOT_USED.has(rule.meta.id)).map((rule) => ({ id: rule.meta.id, rule })),
};

/** Where secretlint's rules see secrets in `text`. Rejects when a rule fails. Reads no file, asks no network. */
export async function scanSecrets(text: string): Promise<TextRange[]> {
  const result = await lintSource({
    // `.log`: none of the rules that look at a file's kind; a name is required, nothing is opened.
    source: { content: text, filePath: 'job.log', ext: '.log', contentType: 'text' },
    options: { config: CONFIG, noPhysicFilePath: true },
  });
  // secretlint takes a byte order mark off before it counts.
  const shift = text.startsWith('\ufeff') ? 1 : 0;
  return result.messages.map(({ range: [start, end] }) => ({ start: start + shift, end: end + shift }));
}
