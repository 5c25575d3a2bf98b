import type { GateKind, Hold } from '../../domain/gate.ts';
import type { Wording } from './describe-end.ts';

/** Follows "forced past". */
export const GATE_NAMES: Readonly<Record<GateKind, string>> = {
  project: 'the project check',
  lock: 'the lock',
};

/** What a deployment waits for at a gate, in a few words: a title, and its state in a reply. `wording` quotes what people wrote. */
export function describeHold(hold: Hold, wording: Wording): string {
  switch (hold.reason) {
    case 'project_pending':
      return 'Waiting for the project check';
    case 'locked':
      return `Locked by ${wording.person(hold.by)}: ${wording.quote(hold.why)}`;
  }
}

/** A paragraph of Markdown for the summary; empty if the title says it all. */
export function explainHold(hold: Hold): string {
  switch (hold.reason) {
    case 'project_pending':
      return 'The start waits until the Meltano project is checked, at most 10 s.';
    case 'locked':
      return 'The deployment starts when the workspace is unlocked: write `/meltano unlock` in a comment, which requires the Maintain role.';
  }
}
