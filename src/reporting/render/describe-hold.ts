import type { GateKind, Hold } from '../../domain/gate.ts';
import { shortenSha } from './describe-deployment.ts';
import type { Wording } from './describe-end.ts';

/** Follows "forced past". */
export const GATE_NAMES: Readonly<Record<GateKind, string>> = {
  project: 'the project check',
  checks: '`wait_for`',
  order: '`after`',
  approval: 'the approval',
  lock: 'the lock',
  freeze: 'the freeze',
};

/** What a deployment waits for at a gate, in a few words: a title, and its state in a reply. `wording` quotes what people wrote. */
export function describeHold(hold: Hold, wording: Wording): string {
  switch (hold.reason) {
    case 'project_pending':
      return 'Waiting for the project check';
    case 'checks_pending': {
      const on = hold.sha === null ? '' : ` on ${shortenSha(hold.sha)}`;
      return `Waiting for ${wording.quote(listQuoted(hold.names))}${on}`;
    }
    case 'order_pending':
      return `Waiting for ${wording.quote(hold.name)} to be deployed`;
    case 'github_unread':
      return 'Waiting for GitHub, which does not show the checks';
    case 'locked':
      return `Locked by ${wording.person(hold.by)}: ${wording.quote(hold.why)}`;
    case 'frozen':
      return `Frozen${formatEnd(hold.until)}${hold.why === null ? '' : `: ${wording.quote(hold.why)}`}`;
  }
}

/** Follows "frozen", or "a freeze". */
export function formatEnd(until: string | null): string {
  return until === null ? '' : ` until ${until}`;
}

/** A paragraph of Markdown for the summary; empty if the title says it all. */
export function explainHold(hold: Hold): string {
  switch (hold.reason) {
    case 'project_pending':
      return 'The start waits until the Meltano project is checked, at most 10 s.';
    case 'locked':
      return 'The deployment starts when the workspace is unlocked: write `/meltano unlock` in a comment, which requires the Maintain role.';
    case 'checks_pending':
      return 'The start waits until these checks have passed on the head of the branch (`wait_for`). Someone with the Maintain role or higher can deploy anyway: write `/redeploy --force` in a comment.';
    case 'order_pending':
      return 'The start waits until that workspace has deployed the commit successfully (`after`). Someone with the Maintain role or higher can deploy anyway: write `/redeploy --force` in a comment.';
    case 'github_unread':
      return 'The start waits until GitHub shows the checks of the commit and the head of the branch.';
    case 'frozen':
      return 'The deployment starts when the freeze ends, which `deploy.freeze` of `.github/meltano-deploy.yml` sets. `/redeploy --force` goes past it, and requires the Maintain role.';
  }
}

const MOST_NAMED = 3;

/** Names in quotes, such as `"test", "lint" and 2 more`. */
export function listQuoted(names: readonly string[]): string {
  return listNames(names.map((name) => `"${name}"`));
}

/** Such as `one, two and 2 more`. */
export function listNames(names: readonly string[]): string {
  const quoted = [...names];
  if (quoted.length > MOST_NAMED) {
    return `${quoted.slice(0, MOST_NAMED - 1).join(', ')} and ${quoted.length - MOST_NAMED + 1} more`;
  }
  const last = quoted.pop() ?? '';
  return quoted.length === 0 ? last : `${quoted.join(', ')} and ${last}`;
}
