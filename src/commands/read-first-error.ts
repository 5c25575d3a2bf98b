import type { Accounts } from '../domain/account.ts';
import type { Deployment, Repository } from '../domain/deployment.ts';
import type { LogExcerpt } from '../domain/log-excerpt.ts';
import { chooseLogMode } from '../domain/repository-configuration.ts';
import { adviseOnError } from '../reporting/render/describe-error.ts';
import type { ShownError } from '../reporting/render/describe-shown.ts';

/** So many errors are remembered: a reply with several deployments is edited as each of them ends. */
const REMEMBERED = 500;

export interface FirstErrorPorts {
  readonly accounts: { readonly byKey: Accounts['byKey'] };
  /** Cleans and redacts what is added, within a fixed budget. */
  readonly newBuilder: () => {
    add(lines: string[], cut?: ReadonlyMap<number, number>): Promise<void>;
    excerpt(complete: boolean): { readonly firstError: LogExcerpt['firstError'] };
  };
}

export type FirstErrorReader = (deployment: Deployment, repository: Repository) => Promise<ShownError | null>;

/**
 * The error that ended a failed job, as the title of its check run has it; null where there is none, or where the
 * log may not be shown. It is read once, so that an edit of the reply never takes it back.
 */
export function createFirstErrorReader({ accounts, newBuilder }: FirstErrorPorts): FirstErrorReader {
  const known = new Map<string, ShownError | null>();

  async function read({ account, jobId }: Deployment): Promise<ShownError | null> {
    const api = accounts.byKey(account)?.api;
    if (!api || jobId === null) return null;
    const builder = newBuilder();
    const onLines = (lines: string[], cut?: ReadonlyMap<number, number>) => builder.add(lines, cut);
    const whole = await api.readLog({ jobId, from: 0, until: 'end', onLines });
    const found = whole.ok ? builder.excerpt(true).firstError : null;
    return found && { message: found.message, advice: adviseOnError(found) };
  }

  return async (deployment, repository) => {
    if (deployment.state !== 'concluded' || deployment.reason !== 'job_error') return null;
    if (chooseLogMode(deployment, repository.private) === 'none') return null;
    const before = known.get(deployment.id);
    if (before !== undefined) return before;
    // A log that breaks our own code (the check run's writing has said so) must not keep the reply back.
    const error = await read(deployment).catch(() => null);
    known.set(deployment.id, error);
    const [oldest] = known.keys();
    if (known.size > REMEMBERED && oldest !== undefined) known.delete(oldest);
    return error;
  };
}
