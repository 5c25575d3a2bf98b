import type { Deployment, Repository } from '../../domain/deployment.ts';
import type { ReasonCode } from '../../domain/reason-codes.ts';
import type {
  RequiredAsk,
  RequiredConclusion,
  RequiredResult,
  WouldDecide,
} from '../../domain/required-check.ts';
import { cutBytes, OUTPUT_BYTES } from '../../domain/truncate-bytes.ts';
import { describeEnd, PLAIN_WORDING, type Wording } from './describe-end.ts';
import { formatCode, formatTableRow } from './escape-markdown.ts';
import { formatCount } from './format-numbers.ts';
import { linkCommit, type Pages } from './github-links.ts';
import { formatTitle } from './render-title.ts';

/** The result of a commit for one workspace. */
export interface WorkspaceOutcome {
  readonly workspaceId: string;
  readonly workspaceName: string;
  readonly kind: 'pending' | 'success' | 'nothing' | Exclude<RequiredConclusion, 'success'>;
  readonly reason: ReasonCode;
  readonly problem: string | null;
  /** The deployment that decides; null: the project check does. */
  readonly deployment: Deployment | null;
  /** The newer commit whose deployment decides. */
  readonly replacedBy: string | null;
}

export type RequiredJudgement =
  | { readonly kind: 'pending'; readonly waitsFor: 'deployments' | 'project' | 'plan' }
  | {
      readonly kind: 'decided';
      readonly conclusion: RequiredConclusion;
      /** The configuration file has mistakes, so pushes are held. */
      readonly isHeld: boolean;
      readonly workspaces: readonly WorkspaceOutcome[];
      readonly asks: readonly RequiredAsk[];
    };

type Decided = Extract<RequiredJudgement, { kind: 'decided' }>;

const MOST_ROWS = 20;
const MOST_NAMES = 3;

const PENDING = {
  deployments: {
    title: 'Waiting for the deployments of this commit',
    summary:
      'This check ends when all deployments of this commit have ended. Each has a check run of its own.',
  },
  project: {
    title: 'Waiting for the project check',
    summary: 'An error in the Meltano project would fail this check.',
  },
  plan: {
    title: 'Waiting for the list of workspaces',
    summary:
      'Meltano Cloud or GitHub does not answer now, so the app does not know yet what this commit deploys.',
  },
} as const;

/** What the required check of a commit shows. Pure. */
export function renderRequiredCheck(
  pages: Pages & { readonly repository: Repository },
  judgement: RequiredJudgement,
): RequiredResult {
  if (judgement.kind === 'pending') return { conclusion: null, ...PENDING[judgement.waitsFor] };
  const { conclusion } = judgement;
  const title = formatTitle(chooseTitle(judgement));
  return { conclusion, title, summary: cutBytes(renderSummary(pages, judgement), OUTPUT_BYTES) };
}

function chooseTitle({ conclusion, isHeld, workspaces, asks }: Decided): string {
  if (isHeld) return 'Pushes are held: the configuration file has mistakes';
  const concerned = workspaces.filter(({ kind }) => kind !== 'nothing');
  if (conclusion !== 'success') return titleProblem(conclusion, concerned);
  const would = findWould(workspaces, asks);
  const planned = would.filter(({ refusal }) => refusal === null);
  if (planned.length > 0) return `Merging would deploy ${countWorkspaces(planned.length)}`;
  if (concerned.length === 0) return `Nothing to deploy, because ${explainNothing(workspaces, asks)}`;
  return `${countWorkspaces(concerned.length)} deployed`;
}

const VERBS: Record<Exclude<RequiredConclusion, 'success'>, string> = {
  failure: 'not deployed',
  cancelled: 'cancelled',
  timed_out: 'no longer watched',
  action_required: 'waiting for a person',
};

function titleProblem(
  conclusion: Exclude<RequiredConclusion, 'success'>,
  concerned: readonly WorkspaceOutcome[],
): string {
  const own = concerned.filter(({ kind }) => kind === conclusion);
  const [first] = own;
  if (concerned.length === 1 && first) return `${nameOf(first)}: ${describeResult(first, PLAIN_WORDING)}`;
  const names = own.slice(0, MOST_NAMES).map(nameOf).join(', ');
  const more = own.length > MOST_NAMES ? ', …' : '';
  return `${own.length} of ${countWorkspaces(concerned.length)} ${VERBS[conclusion]}: ${names}${more}`;
}

/** How a merge queue's push would be decided, unless the commit was pushed to the base meanwhile. */
function findWould(
  workspaces: readonly WorkspaceOutcome[],
  asks: readonly RequiredAsk[],
): readonly WouldDecide[] {
  if (workspaces.some(({ reason }) => reason !== 'branch_not_tracked')) return [];
  return asks.flatMap((ask) => (ask.kind === 'queue' ? ask.would : []));
}

/** Why nothing is deployed, as a clause. */
function explainNothing(workspaces: readonly WorkspaceOutcome[], asks: readonly RequiredAsk[]): string {
  const would = findWould(workspaces, asks);
  const decided = workspaces.filter(({ reason }) => reason !== 'branch_not_tracked');
  const reasons = [
    ...decided.map(({ reason, problem }) => explainReason(reason, problem, PLAIN_WORDING)),
    ...would.map(({ refusal, problem }) => explainReason(refusal ?? 'push', problem, PLAIN_WORDING)),
  ];
  if (reasons.length === 0) return explainAsks(workspaces, asks);
  const counts = [...Map.groupBy(reasons, (reason) => reason)];
  if (counts.length === 1) return counts[0]?.[0] ?? '';
  return counts.map(([reason, all]) => `${reason} (${countWorkspaces(all.length)})`).join('; ');
}

function explainAsks(workspaces: readonly WorkspaceOutcome[], asks: readonly RequiredAsk[]): string {
  const outcomes = new Set(asks.map(({ outcome }) => outcome));
  if (workspaces.length > 0) return 'no workspace tracks this branch';
  if (outcomes.has('name_taken')) return "the repository's name belonged to another one before";
  if (outcomes.has('no_workspace')) return 'no workspace uses this repository';
  return asks.some(({ kind }) => kind === 'pull')
    ? "pull requests aren't deployed"
    : 'no workspace tracks this branch';
}

function explainReason(reason: ReasonCode, problem: string | null, { quote }: Wording): string {
  switch (reason) {
    case 'skip_token':
      return `the commit message ${problem === null ? 'asks for it' : `says ${quote(problem)}`}`;
    case 'push_off':
      return 'on_push is false';
    case 'ignored_sender':
      return `pushes by ${problem === null ? 'this sender' : quote(problem)} are ignored`;
    case 'branch_not_tracked':
      return 'it tracks another branch';
    case 'no_longer_tracked':
      return 'it no longer tracks this branch';
    case 'superseded':
    case 'overtaken_while_away':
      return 'a newer commit replaced this one';
    default:
      return 'nothing changed in its files';
  }
}

function renderSummary(pages: Pages, { isHeld, workspaces, asks }: Decided): string {
  const wording: Wording = {
    quote: (text) => formatCode(text),
    person: (login) => formatCode(`@${login}`),
    commit: ({ sha }) => linkCommit(pages, sha),
  };
  const intro = isHeld
    ? 'There is no valid version of the configuration file, so nothing is deployed. The push that repairs it deploys its branch; for another branch, write `/redeploy` then.'
    : 'This check sums up what this commit means for the workspaces of the repository.';
  const rows = [
    ...workspaces
      .filter(isConcerned)
      .map((one) => [one.workspaceName || one.workspaceId, describeOutcome(pages, one, wording)] as const),
    ...findWould(workspaces, asks).map(
      (one) => [one.workspaceName || one.workspaceId, describeWould(one, wording)] as const,
    ),
  ];
  if (rows.length === 0) return intro;
  const sorted = rows.toSorted((a, b) => Number(isQuiet(a[1])) - Number(isQuiet(b[1])));
  const table = [
    ['Workspace', 'Result'],
    ['---', '---'],
    ...sorted.slice(0, MOST_ROWS).map(([name, result]) => [formatCode(name), result]),
  ];
  const left = rows.length - MOST_ROWS;
  const more = left > 0 ? [`And ${formatCount(left)} more.`] : [];
  return [intro, table.map(formatTableRow).join('\n'), ...more].join('\n\n');
}

function isConcerned({ reason }: WorkspaceOutcome): boolean {
  return reason !== 'branch_not_tracked';
}

function isQuiet(result: string): boolean {
  return result.startsWith(NOTHING);
}

const NOTHING = 'Nothing to deploy';

function describeWould({ refusal, problem }: WouldDecide, wording: Wording): string {
  if (refusal === null) return 'Would be deployed when this is merged';
  return `${NOTHING}: ${explainReason(refusal, problem, wording)}`;
}

function describeOutcome(pages: Pages, outcome: WorkspaceOutcome, wording: Wording): string {
  const result = describeResult(outcome, wording);
  if (outcome.replacedBy === null) return result;
  return `${result} (by ${linkCommit(pages, outcome.replacedBy)}, which replaced this commit)`;
}

function describeResult({ kind, reason, problem, deployment }: WorkspaceOutcome, wording: Wording): string {
  if (kind === 'nothing') return `${NOTHING}: ${explainReason(reason, problem, wording)}`;
  if (reason === 'project_error' && deployment === null)
    return `project error: ${wording.quote(problem ?? '')}`;
  if (deployment === null) return wording.quote(problem ?? 'Ended');
  const facts = { supersededBy: null, error: null, startTimeoutMinutes: null, deployTimeoutMinutes: null };
  return describeEnd(deployment, facts, wording);
}

function nameOf({ workspaceName, workspaceId }: WorkspaceOutcome): string {
  return workspaceName || workspaceId;
}

function countWorkspaces(count: number): string {
  return count === 1 ? '1 workspace' : `${formatCount(count)} workspaces`;
}
