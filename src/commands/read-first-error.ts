import type { Accounts } from '../domain/account.ts';
import type { Deployment, Repository } from '../domain/deployment.ts';
import { chooseLogMode } from '../domain/log-setting.ts';
import type { PipelineWatch, WatchedPipeline } from '../domain/pipeline-watch.ts';
import { hideSettings } from '../logs/hide-settings.ts';
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
export function createFirstErrorReader(ports: FirstErrorPorts): FirstErrorReader {
  const read = rememberErrors(ports);
  return async (deployment, repository) => {
    if (deployment.state !== 'concluded' || deployment.reason !== 'job_error') return null;
    return chooseLogMode(deployment, repository.private) === 'none' ? null : read(deployment);
  };
}

export type PipelineErrorReader = (
  watch: PipelineWatch,
  pipeline: WatchedPipeline,
  repository: Repository,
) => Promise<ShownError | null>;

/** The same for a job of a pipeline. A verification's log is a secret: in a public repository nothing of it is shown. */
export function createPipelineErrorReader(ports: FirstErrorPorts): PipelineErrorReader {
  const read = rememberErrors(ports);
  return async (watch, { outcome, jobId }, repository) => {
    if (outcome !== 'failed') return null;
    const isShown =
      watch.purpose === 'verification'
        ? repository.private
        : chooseLogMode(watch, repository.private) !== 'none';
    if (!isShown || jobId === null) return null;
    const error = await read({ id: jobId, account: watch.account, jobId });
    if (error === null || watch.purpose !== 'verification') return error;
    return { ...error, message: hideSettings(error.message) };
  };
}

interface EndedJob {
  /** Of the deployment or the job. */
  readonly id: string;
  readonly account: string;
  readonly jobId: string | null;
}

function rememberErrors({
  accounts,
  newBuilder,
}: FirstErrorPorts): (job: EndedJob) => Promise<ShownError | null> {
  const known = new Map<string, ShownError | null>();

  async function read(account: string, jobId: string): Promise<ShownError | null> {
    const api = accounts.byKey(account)?.api;
    if (!api) return null;
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

  return async ({ id, account, jobId }) => {
    if (jobId === null) return null;
    const before = known.get(id);
    if (before !== undefined) return before;
    // A log that our own code can't process (which was logged before) must not block the reply.
    const error = await read(account, jobId).catch(() => null);
    known.set(id, error);
    const [oldest] = known.keys();
    if (known.size > REMEMBERED && oldest !== undefined) known.delete(oldest);
    return error;
  };
}
