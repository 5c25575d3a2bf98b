import type { Approval, ApprovalRule } from './approval.ts';
import type { WantedCheck } from './wanted-check.ts';

/**
 * A gate stands between a deployment's plan and its start. To add one:
 *
 * 1. Its kind and its fields: `PlannedGate` if planning stores it with the deployment (`listGates` in
 *    `planning/plan-deployment.ts`), `STANDING_GATES` if each start is judged by what is stored elsewhere.
 * 2. What people read while it waits: a reason code, a member of `Hold`, and its words in `reporting/render/describe-hold.ts`.
 *    The check run, `/meltano status` and `/meltano why` show them.
 * 3. How it ends a check run, if it does: a reason code like that of any end (see CONTRIBUTING.md).
 * 4. Its judge in `deploying/judge-gates.ts`. What can open the gate wakes the queue `workspace` (`formatWorkspaceKey`).
 */
export type Gate = PlannedGate | StandingGate;

/** Stored with the deployment when it is planned. */
export type PlannedGate = ProjectGate | ChecksGate | OrderGate | ApprovalGate;

/** The project check finds no error. */
interface ProjectGate extends Passable {
  readonly kind: 'project';
}

/** Checks of other Apps have passed on the commit. */
export interface ChecksGate extends Passable {
  readonly kind: 'checks';
  readonly wanted: readonly WantedCheck[];
  /** Counts from the receipt of what asked for the deployment. */
  readonly timeoutMinutes: number;
}

/** Other workspaces have deployed the commit. */
export interface OrderGate extends Passable {
  readonly kind: 'order';
  readonly after: readonly { readonly workspaceId: string; readonly name: string }[];
  readonly timeoutMinutes: number;
}

/** A person has approved the commit. Nobody is forced past it. */
export interface ApprovalGate extends Passable, ApprovalRule {
  readonly kind: 'approval';
  /** Set with the start. */
  readonly approval: Approval | null;
}

/** Judged at each start. Stored only if the deployment was forced past it. */
interface StandingGate extends Passable {
  readonly kind: StandingGateKind;
}

type StandingGateKind = (typeof STANDING_GATES)[number];

/** In the order in which they are judged, after the planned ones. */
export const STANDING_GATES = ['lock', 'freeze'] as const satisfies readonly string[];

export type GateKind = Gate['kind'];

export function isPlannedGate(gate: Gate): gate is PlannedGate {
  return !STANDING_GATES.some((kind) => kind === gate.kind);
}

/** The gates that are about a commit, and still count. A forced deployment passes all but an approval. */
export function listCommitGates(deployment: {
  readonly gates: readonly Gate[];
  readonly forcedBy: string | null;
}): PlannedGate[] {
  const planned = deployment.gates.filter(isPlannedGate);
  return deployment.forcedBy === null ? planned : planned.filter(({ kind }) => kind === 'approval');
}

interface Passable {
  /** Set when the deployment passed the gate while it wasn't open. */
  readonly passed: GatePass | null;
}

interface GatePass {
  /** `unjudged`: the app didn't learn in time whether the gate is open. */
  readonly how: 'forced' | 'unjudged';
  /** What held the deployment, or why the gate was unknown: a clause that quotes the repository. */
  readonly why: string;
}

/** What a deployment waits for at a gate. The reason codes are those of `REASON_CODES`. */
export type Hold =
  | { readonly reason: 'project_pending' }
  /** `sha`: the commit, if it isn't the requested one. */
  | { readonly reason: 'checks_pending'; readonly names: readonly string[]; readonly sha: string | null }
  /** The name of a workspace. */
  | { readonly reason: 'order_pending'; readonly name: string }
  /** GitHub doesn't show the checks, or the head of the branch. */
  | { readonly reason: 'github_unread' }
  /** A login, and the reason as that person typed it. */
  | { readonly reason: 'locked'; readonly by: string; readonly why: string }
  /** The end, such as `Mon 06:00 Europe/London` (null: none in sight), and why, as the configuration says. */
  | { readonly reason: 'frozen'; readonly until: string | null; readonly why: string | null };

/** A deployment that waits at a gate this long ends, and so does the watch over a gate that ended one (milliseconds). */
export const LONGEST_HOLD_MS = 7 * 24 * 60 * 60_000;
