import { getTransformStream } from '@probot/pino';
import { type Logger, type LoggerOptions, pino } from 'pino';
import type { Configuration } from './environment.ts';

/** Header values that must not stand in a log. */
const HIDDEN = ['authorization', 'x-hub-signature', 'x-hub-signature-256', 'cookie'].map(
  (header) => `req.headers["${header}"]`,
);

/** The least level of Probot's own children: a line a request is debugging, and Octokit's debug lines hold bodies. */
const CHILD_LEVELS: Record<string, string> = { http: 'warn', octokit: 'info', github: 'info' };

/** What every logger of the app is made with, wherever it writes to; `hide` takes secrets out of a finished line. */
export function describeLogger(level: string, hide: (line: string) => string): LoggerOptions {
  return {
    name: 'meltano-deploy',
    level,
    // The last net: whatever an error or a library brings along.
    hooks: { streamWrite: hide },
    redact: { paths: HIDDEN, censor: '[redacted]' },
    onChild: (child: Logger) => {
      const least = CHILD_LEVELS[String(child.bindings()['name'])];
      if (least && (pino.levels.values[child.level] ?? 0) < (pino.levels.values[least] ?? 0))
        child.level = least;
    },
  };
}

/** The process's logger, in Probot's two formats. */
export async function createLogger(
  options: Configuration['log'],
  hide: (line: string) => string,
): Promise<Logger> {
  if (options.format === 'json') return pino(describeLogger(options.level, hide), pino.destination(1));
  const transform = await getTransformStream({ logFormat: 'pretty' });
  transform.pipe(process.stdout);
  return pino(describeLogger(options.level, hide), transform);
}
