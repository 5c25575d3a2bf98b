import type { Hold } from '../../domain/gate.ts';
import type { Wording } from './describe-end.ts';

/** What a deployment waits for at a gate, in a few words: a title, and its state in a reply. `wording` quotes what people wrote. */
export function describeHold(hold: Hold, _wording: Wording): string {
  switch (hold.reason) {
    case 'project_pending':
      return 'Waiting for the project check';
  }
}

/** A paragraph of Markdown for the summary; empty if the title says it all. */
export function explainHold(hold: Hold): string {
  switch (hold.reason) {
    case 'project_pending':
      return 'The start waits until the Meltano project is checked, at most 10 s.';
  }
}
