import { lintSource } from '@secretlint/core';
import { secretLintProfiler } from '@secretlint/profiler';
import { rules } from '@secretlint/secretlint-rule-preset-recommend';
import type { TextRange } from './text-ranges.ts';

const NOT_USED = new Set([
  // A line with `secretlint-disable` would switch the scanner off.
  '@secretlint/secretlint-rule-filter-comments',
  // `findShapedCredentials` finds more of these, and keeps the host.
  '@secretlint/secretlint-rule-basicauth',
  '@secretlint/secretlint-rule-database-connection-string',
]);

// The profiler is on by default and keeps a mark of each rule of each call for ever.
secretLintProfiler.setEnabled(false);

/** secretlint 13.0.7 ignores a preset's disabled rules, so the rules are listed one by one. */
const CONFIG = {
  rules: rules.filter((rule) => !NOT_USED.has(rule.meta.id)).map((rule) => ({ id: rule.meta.id, rule })),
};

/** Finds secrets by secretlint's rules. Rejects if a rule fails. Reads no file and makes no request. */
export async function scanSecrets(text: string): Promise<TextRange[]> {
  const result = await lintSource({
    // A name is required; no file is opened. No rule is for `.log` alone.
    source: { content: text, filePath: 'job.log', ext: '.log', contentType: 'text' },
    options: { config: CONFIG, noPhysicFilePath: true },
  });
  // secretlint removes a byte order mark before it counts.
  const shift = text.startsWith('\ufeff') ? 1 : 0;
  return result.messages.map(({ range: [start, end] }) => ({ start: start + shift, end: end + shift }));
}
