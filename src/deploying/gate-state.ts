import type { Approval } from '../domain/approval.ts';
import type { Deployment } from '../domain/deployment.ts';
import type { Hold } from '../domain/gate.ts';
import type { ReasonCode } from '../domain/reason-codes.ts';

export type GateState =
  /** `approval`: the one that opened it. */
  | { readonly kind: 'open'; readonly approval?: Approval }
  /** Known soon: judged again after this time, or when woken. A forced deployment waits for it, too. */
  | { readonly kind: 'pending'; readonly hold: Hold; readonly delayMs: number }
  /** Waits for something outside: judged again when woken, or after this time. */
  | { readonly kind: 'held'; readonly hold: Hold; readonly delayMs: number | null }
  /** Ends the deployment. `why` is what the title quotes. */
  | {
      readonly kind: 'closed';
      readonly conclusion: 'skipped' | 'action_required';
      readonly reason: ReasonCode;
      readonly why: string;
      /** Set if this may already be outdated: judged again after this time (milliseconds). */
      readonly againMs?: number;
    }
  /** Not known in time. */
  | { readonly kind: 'unjudged'; readonly why: string };

/** What a gate is judged for. */
export interface GateLook {
  readonly deployment: Deployment;
  /** The commit: the requested one, or the head of the branch if that is another one. */
  readonly sha: string;
  /** How long this process has seen the deployment wait at its gates (milliseconds). */
  readonly waitedMs: number;
}
