import type { Accounts } from '../domain/account.ts';
import type { Deployment, Repository } from '../domain/deployment.ts';
import { chooseLogMode } from '../domain/repository-configuration.ts';
import type { LogExcerptBuilder } from '../logs/log-excerpt-builder.ts';
import { adviseOnError } from '../reporting/render/describe-error.ts';
import type { ShownError } from '../reporting/render/describe-shown.ts';

/** How many errors to remember, because a reply is edited when each of its deployments ends. */
const REMEMBERED = 500;

export interface FirstErrorPorts {
  readonly accounts: { readonly byKey: Accounts['byKey'] };
  /** Creates a builder that cleans and redacts a log. */
  readonly newBuilder: () => LogExcerptBuilder;
}

export type FirstErrorReader = (deployment: Deployment, repository: Repository) => Promise<ShownError | null>;

/**
 * Reads the error that ended a failed job, the same as in the title of its check run; null if there is none or the log must
 * not be shown. Reads it once, so that an edit of the reply never removes it.
 */
export function createFirstErrorReader({ accounts, newBuilder }: FirstErrorPorts): FirstErrorReader {
  const known = new Map<string, ShownError | null>();

  async function read({ account, jobId }: Deployment): Promise<ShownError | null> {
    const api = accounts.byKey(account)?.api;
    if (!api || jobId === null) return null;
    const builder = newBuilder();
    const whole = await api.readLog({
      jobId,
      from: 0,
      until: 'end',
      onLines: (lines, cut) => builder.add(lines, cut),
    });
    const found = whole.ok ? builder.excerpt(true).firstError : null;
    return found && { message: found.message, advice: adviseOnError(found) };
  }

  return async (deployment, repository) => {
    if (deployment.state !== 'concluded' || deployment.reason !== 'job_error') return null;
    if (chooseLogMode(deployment, repository.private) === 'none') return null;
    const before = known.get(deployment.id);
    if (before !== undefined) return before;
    // A log that our own code can't process (which was logged before) must not block the reply.
    const error = await read(deployment).catch(() => null);
    known.set(deployment.id, error);
    const [oldest] = known.keys();
    if (known.size > REMEMBERED && oldest !== undefined) known.delete(oldest);
    return error;
  };
}
