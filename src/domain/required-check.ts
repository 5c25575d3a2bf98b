import { branchOf } from './git-ref.ts';
import type { ReasonCode } from './reason-codes.ts';

/** How a push to a merge queue's base would be decided for one workspace. */
export interface WouldDecide {
  readonly workspaceId: string;
  readonly workspaceName: string;
  /** Null: it would be deployed. */
  readonly refusal: ReasonCode | null;
  readonly problem: string | null;
}

/** What made a commit a head. `outcome` is null until it is planned. */
export type RequiredAsk =
  | { readonly kind: 'push'; readonly branch: string; readonly outcome: ReasonCode | null }
  | { readonly kind: 'pull'; readonly number: number; readonly outcome: ReasonCode | null }
  | {
      readonly kind: 'queue';
      readonly branch: string;
      readonly outcome: ReasonCode | null;
      readonly would: readonly WouldDecide[];
    };

/** The worst first. */
export const REQUIRED_CONCLUSIONS = [
  'failure',
  'action_required',
  'timed_out',
  'cancelled',
  'success',
] as const;

export type RequiredConclusion = (typeof REQUIRED_CONCLUSIONS)[number];

/** The result of a deployment that ended before the database began, as its check run shows it. */
export interface LostResult {
  readonly workspaceId: string;
  /** The check run's. */
  readonly name: string;
  readonly conclusion: RequiredConclusion;
  readonly title: string | null;
}

/** What the required check shows. */
export interface RequiredResult {
  /** Null: not decided yet. */
  readonly conclusion: RequiredConclusion | null;
  readonly title: string;
  readonly summary: string;
}

/** The one check of a commit that a ruleset can require: it sums up the results of all workspaces. */
export interface RequiredVerdict {
  readonly kind: 'required';
  readonly asks: readonly RequiredAsk[];
  readonly lost: readonly LostResult[];
  /** How often it was asked for. */
  readonly asked: number;
  /** Counts the commit's check runs of this name: GitHub opens no concluded one again. */
  readonly run: number;
  /** True: a re-run was requested, so GitHub expects a new check run. */
  readonly isRenewed: boolean;
  /** Null: nothing is shown yet. */
  readonly result: RequiredResult | null;
  /** When the present check run began, and when it was concluded (epoch milliseconds). */
  readonly since: number;
  readonly concludedAt: number | null;
}

/** More are of no use: the newest count. */
const MOST_ASKS = 20;

const PREFIX = 'required:';

export function isRequiredCheckId(id: string): boolean {
  return id.startsWith(PREFIX);
}

export function makeRequiredCheckId(repositoryId: number, sha: string): string {
  return `${PREFIX}${repositoryId}:${sha}`;
}

/** The `external_id` of a check run. It ends with a slash, so that none is the beginning of another. */
export function formatRequiredCheckId(id: string, run: number): string {
  return `${id}/${run}/`;
}

/** A newer one replaces the one of the same branch or pull request, unless its outcome isn't known yet. */
export function joinAsks(before: readonly RequiredAsk[], now: readonly RequiredAsk[]): RequiredAsk[] {
  const joined = new Map(before.map((one) => [nameAsk(one), one]));
  for (const one of now) {
    const name = nameAsk(one);
    if (one.outcome === null && joined.has(name)) continue;
    joined.delete(name);
    joined.set(name, one);
  }
  return [...joined.values()].slice(-MOST_ASKS);
}

function nameAsk(ask: RequiredAsk): string {
  return ask.kind === 'pull' ? `#${ask.number}` : ask.branch;
}

const QUEUE = /^gh-readonly-queue\/(.+)\/pr-\d+-[0-9a-f]{40,64}$/;

/** The base of a merge queue's temporary branch; null for another ref. */
export function findQueueBase(ref: string): string | null {
  return QUEUE.exec(branchOf(ref) ?? '')?.[1] ?? null;
}
