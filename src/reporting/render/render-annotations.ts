import { REDACTED } from '../../logs/redact.ts';
import type { CheckAnnotation, CheckRunView } from './check-run-view.ts';
import { showableLog } from './describe-deployment.ts';

/**
 * What GitHub shows beside the lines of a file: the errors of a failed job that name one. Only for the conclusion, since
 * GitHub adds them to those that it has; never for a log that isn't shown.
 */
export function renderAnnotations(view: CheckRunView): CheckAnnotation[] {
  const { conclusion, directory } = view.deployment;
  if (conclusion !== 'failure') return [];
  const folder = (directory ?? '').split('/').filter((segment) => segment !== '' && segment !== '.');
  const errors = showableLog(view)?.locatedErrors ?? [];
  return errors.flatMap(({ path, line, column, message }) => {
    const whole = [...folder, path].join('/');
    // A part of a path that may not be shown leaves no path.
    if (whole.includes(REDACTED) || folder.includes('..')) return [];
    return {
      path: whole,
      start_line: line,
      end_line: line,
      // Allowed since both lines are the same.
      ...(column === null ? {} : { start_column: column, end_column: column }),
      annotation_level: 'failure' as const,
      message,
    };
  });
}
