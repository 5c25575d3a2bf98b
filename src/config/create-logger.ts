import { getTransformStream } from '@probot/pino';
import { type Logger, pino } from 'pino';
import type { Configuration } from './environment.ts';

/** Header values that must not stand in a log. */
const HIDDEN = ['authorization', 'x-hub-signature', 'x-hub-signature-256', 'cookie'].map(
  (header) => `req.headers["${header}"]`,
);

/** The process's logger, in Probot's two formats. Request lines are kept for the level `debug`. */
export async function createLogger(options: Configuration['log']): Promise<Logger> {
  const settings = {
    name: 'meltano-deploy',
    level: options.level,
    redact: { paths: HIDDEN, censor: '[redacted]' },
    onChild: (child: Logger) => {
      if (child.bindings()['name'] === 'http' && child.level === 'info') child.level = 'warn';
    },
  };
  if (options.format === 'json') return pino(settings, pino.destination(1));
  const transform = await getTransformStream({ logFormat: 'pretty' });
  transform.pipe(process.stdout);
  return pino(settings, transform);
}
