import { createHash } from 'node:crypto';
import type { Accounts } from '../domain/account.ts';
import type { Deployment, Repository } from '../domain/deployment.ts';
import type { LogExcerpt } from '../domain/log-excerpt.ts';
import { chooseLogMode } from '../domain/log-setting.ts';
import { LogStore } from '../logs/log-store.ts';
import { normaliseError } from '../logs/normalise-error.ts';
import type { FailureIssue, FailureIssueStore, FailureSituation, IssueText } from './failure-issue.ts';
import {
  type FailureIssueView,
  markFailureIssue,
  renderFailureIssue,
  renderRepairedIssue,
} from './render/render-failure-issue.ts';
import { type ViewPorts, viewDeployment } from './render-run.ts';

/** How many logs stay in memory, because an issue may be rendered several times. */
const REMEMBERED = 20;

export interface RenderFailurePorts extends Omit<ViewPorts, 'logs' | 'store'> {
  readonly store: ViewPorts['store'] & FailureIssueStore;
  readonly accounts: { readonly byKey: Accounts['byKey'] };
  readonly newBuilder: ConstructorParameters<typeof LogStore>[0];
}

interface Broken {
  readonly issue: FailureIssue;
  readonly repository: Repository;
  readonly situation: FailureSituation;
  readonly brokenSince: Deployment;
}

/** Renders issues about failures from the store and from logs. */
export interface RenderFailure {
  /** `errorKey` identifies the error; null if the log can't be read now. */
  render(
    broken: Broken,
  ): Promise<{ readonly text: IssueText & { readonly digest: string }; readonly errorKey: string | null }>;
  renderRepaired(deployment: Deployment, repository: Repository, marker: string): Promise<string>;
}

export function createFailureRenderer(ports: RenderFailurePorts): RenderFailure {
  const { store, accounts } = ports;
  const logs = new LogStore(ports.newBuilder);
  const read = new Map<string, LogExcerpt | null>();

  return {
    async render({ issue, repository, situation, brokenSince }) {
      const { last } = situation;
      const log = await readLog(last);
      const errorKey = identifyError(last, log) ?? issue.errorKey;
      // Otherwise a reader could check a guess of the error.
      const isShown = chooseLogMode(last, repository.private) !== 'none';
      const view: FailureIssueView = {
        run: await viewDeployment(last, repository, {
          ...ports,
          logs: { excerpt: (id) => (id === last.id ? log : null) },
        }),
        brokenSince,
        listed: await listOthers(issue, repository),
        marker: markFailureIssue(issue.id),
        errorKey: isShown ? errorKey : null,
      };
      const text = renderFailureIssue(view);
      const digest = createHash('sha256').update(JSON.stringify(text)).digest('base64');
      return { text: { ...text, digest }, errorKey: identifyError(last, log) };
    },

    async renderRepaired(deployment, repository, marker) {
      const logs = { excerpt: () => null };
      return renderRepairedIssue(await viewDeployment(deployment, repository, { ...ports, logs }), marker);
    },
  };

  async function readLog(deployment: Deployment): Promise<LogExcerpt | null> {
    const { id, jobId, account } = deployment;
    const known = read.get(id);
    if (known !== undefined) return known;
    const api = accounts.byKey(account)?.api;
    if (!api || jobId === null) return null;
    const whole = await logs.readWhole(deployment, jobId, api).catch(() => null);
    const log = whole?.ok ? logs.excerpt(id) : null;
    logs.forget(id);
    read.set(id, log);
    const [oldest] = read.keys();
    if (read.size > REMEMBERED && oldest !== undefined) read.delete(oldest);
    return log;
  }

  /** Only the newest open issue lists the workspaces without an issue of their own. */
  async function listOthers(issue: FailureIssue, { id }: Repository): Promise<Deployment[]> {
    const [newest] = await store.listOpenIssues(id);
    if (newest && newest.id !== issue.id && issue.issueNumber !== null) return [];
    const situations = (await store.listListedIssues(id))
      .filter((one) => one.id !== issue.id)
      .map((one) => store.readFailureSituation(one));
    return (await Promise.all(situations)).flatMap((one) => (one?.brokenSince ? [one.last] : []));
  }
}

function identifyError(deployment: Deployment, log: LogExcerpt | null): string | null {
  const { reason, problem, pipelines } = deployment;
  if (reason === 'job_error' && log === null) return null;
  const failed = pipelines?.kind === 'read' ? pipelines.failed.map(({ id }) => id).sort() : [];
  const message = normaliseError(log?.firstError?.message ?? problem ?? '');
  return createHash('sha256')
    .update(JSON.stringify([reason, message, failed]))
    .digest('base64');
}
