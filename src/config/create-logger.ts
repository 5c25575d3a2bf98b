import { getTransformStream } from '@probot/pino';
import { type Logger, type LoggerOptions, pino } from 'pino';
import { describeFields, describeValue, shortenText } from './describe-for-log.ts';
import type { Configuration } from './environment.ts';

/** Header values that must not stand in a log. */
const HIDDEN = ['authorization', 'x-hub-signature', 'x-hub-signature-256', 'cookie'].map(
  (header) => `req.headers["${header}"]`,
);

/**
 * The lowest level of Probot's own child loggers: they log each request and Octokit's bodies. A handler's error is logged
 * where the delivery is answered.
 */
const CHILD_LEVELS: Record<string, string> = {
  http: 'warn',
  octokit: 'info',
  github: 'info',
  event: 'silent',
};

/** DEL and C1 control characters: terminals obey them, and JSON doesn't escape them. */
const CONTROLS = /[\u007f-\u009f]/g;

/** The options of every logger of the app. `hide` redacts secrets in a finished line. */
export function describeLogger(level: string, hide: (line: string) => string): LoggerOptions {
  return {
    name: 'meltano-deploy',
    level,
    formatters: { log: describeFields },
    serializers: {
      err: describeValue,
      msg: (value) => (typeof value === 'string' ? shortenText(value) : value),
    },
    // Last, so that it covers the fields of errors and libraries.
    hooks: { streamWrite: (line) => hide(line).replace(CONTROLS, escapeControl) },
    redact: { paths: HIDDEN, censor: '[redacted]' },
    onChild: (child: Logger) => {
      const least = CHILD_LEVELS[String(child.bindings()['name'])];
      if (least && (pino.levels.values[child.level] ?? Infinity) < (pino.levels.values[least] ?? Infinity))
        child.level = least;
    },
  };
}

function escapeControl(control: string): string {
  return `\\u${control.charCodeAt(0).toString(16).padStart(4, '0')}`;
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
