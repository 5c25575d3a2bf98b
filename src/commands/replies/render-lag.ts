import type { OtherJob, WorkspaceLag } from '../../domain/conversation.ts';
import { REASON_CODES, type ReasonCode } from '../../domain/reason-codes.ts';
import { formatCode } from '../../reporting/render/escape-markdown.ts';
import { formatCount } from '../../reporting/render/format-numbers.ts';
import { linkCommit, type Pages } from '../../reporting/render/github-links.ts';

/** Why the head is not deployed, in few words. Other codes are described by their own meaning. */
const CAUSES: Readonly<Partial<Record<ReasonCode | 'under_way', string>>> = {
  under_way: 'its deployment is under way',
  configuration_held: 'held by the configuration',
  push_off: 'held by the configuration, which has `on_push: false`',
  ignored_sender: 'held by the configuration, which ignores pushes by this sender',
  paths_unmatched: 'no changed file passes the path filters',
  skip_token: 'the commit message contains a skip token',
  loop_brake: 'held because the pusher is a bot that starts too many deployments',
  job_error: 'its deployment failed',
  job_complete: 'Meltano Cloud deployed another commit',
};

/** How far a workspace is behind its branch: words that begin a sentence. `now` is when the status was asked for. */
export function describeLag(lag: WorkspaceLag, now: number): string {
  const { commits, since, cause } = lag;
  if (commits === 0) return '**Up to date**';
  const distance =
    commits === null
      ? '**Not the head of its branch**'
      : `**${formatCount(commits)} ${commits === 1 ? 'commit' : 'commits'} behind**`;
  const begun = since === null ? '' : ` since ${formatMoment(since, now)}`;
  return `${distance}${begun}${cause === null ? '' : `: ${CAUSES[cause] ?? explainCode(cause)}`}`;
}

/** What else deployed the workspace: sentences; empty if nothing is known. */
export function describeOthers(pages: Pages, { others }: WorkspaceLag, now: number): string {
  if (others.length === 0) return '';
  const jobs = others.map((job) => describeJob(pages, job, now));
  return ` Other deployments, not started by this app: ${jobs.join('; ')}.`;
}

function describeJob(pages: Pages, { id, commit, endedAt }: OtherJob, now: number): string {
  const took = commit === null ? '' : `, commit ${linkCommit(pages, commit)}`;
  return `job ${formatCode(id)}${took}${endedAt === null ? '' : `, at ${formatMoment(endedAt, now)}`}`;
}

function explainCode(cause: ReasonCode | 'under_way'): string {
  return cause === 'under_way' ? '' : REASON_CODES[cause];
}

/** Only the time if it is on the same day. */
function formatMoment(time: number, now: number): string {
  const [day, clock] = new Date(time).toISOString().split('T');
  const isToday = new Date(now).toISOString().startsWith(day ?? '');
  return `${isToday ? '' : `${day} `}${clock?.slice(0, 5)} UTC`;
}
