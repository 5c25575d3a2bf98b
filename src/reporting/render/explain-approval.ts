import type { ApprovalGate } from '../../domain/gate.ts';
import { cutBytes } from '../../domain/truncate-bytes.ts';
import type { CheckRunView } from './check-run-view.ts';
import { formatCode } from './escape-markdown.ts';
import { formatMinute } from './format-numbers.ts';
import { linkAccount, linkCommit, linkProjectCheck } from './github-links.ts';

/** Leaves room for the rest of the summary. */
const PLAN_BYTES = 40_000;

const MOVED =
  'The branch has moved, so this commit is not deployed. A newer commit that is deployed asks for its own approval. To ask now, press Redeploy here, or write `/redeploy` in a comment.';

/** The names of permission levels on GitHub's pages. */
const ROLES: Readonly<Record<string, string>> = {
  pull: 'Read',
  triage: 'Triage',
  push: 'Write',
  write: 'Write',
  maintain: 'Maintain',
  admin: 'Admin',
};

/** Who may approve, how, and what would be deployed: paragraphs of Markdown. */
export function explainApproval(view: CheckRunView): string[] {
  const { armedUntil, supersededBy } = view.deployment;
  if (armedUntil === null) return supersededBy === null ? [MOVED] : [];
  const gate = findGate(view);
  const notBy =
    gate?.notBy === 'author'
      ? ', but nobody who pushed these commits, or is an author or committer of one,'
      : '';
  return [
    `**This workspace is deployed after an approval.** Someone with the ${nameRole(gate?.role)} role or higher${notBy} can press Deploy here, or write \`/meltano approve\` in a comment, within 7 days. The approval is for commit ${linkCommit(view, view.deployment.sha)}: it counts while this is the head of the branch. Until then nothing is deployed; \`/redeploy --force\` doesn't go past it.`,
    ...showPlan(view),
  ];
}

function showPlan(view: CheckRunView): string[] {
  const plan = view.projectCheck?.plan ?? '';
  if (plan === '') return ['The changes are not known: the project check is off, or was not done in time.'];
  return [`**What changes**, by the ${linkProjectCheck(view)}:`, cutBytes(plan, PLAN_BYTES)];
}

/** Who approved the deployment; empty if nobody had to. */
export function describeApproval(view: CheckRunView): string {
  const approval = findGate(view)?.approval ?? null;
  if (approval === null) return '';
  const { by, role, at } = approval;
  return `${linkAccount(view, by)} (${nameRole(role)}), ${formatMinute(at)}, for commit ${linkCommit(view, view.deployment.sha)}`;
}

function findGate({ deployment: { gates } }: CheckRunView): ApprovalGate | null {
  return gates.find((gate) => gate.kind === 'approval') ?? null;
}

function nameRole(role = 'maintain'): string {
  return ROLES[role] ?? formatCode(role);
}
