import type { Refusal } from '../../domain/conversation.ts';
import { formatCode } from '../../reporting/render/escape-markdown.ts';
import { linkFile } from '../../reporting/render/explain-bad-file.ts';
import type { ReplyPart } from '../../reporting/render/reply-parts.ts';
import { describeLevel } from './describe-level.ts';
import { renderChoice } from './render-choice.ts';
import { renderNotUnderstood } from './render-not-understood.ts';
import { describeMissing, describePushless } from './render-redeploy.ts';
import type { ReplyBody, ReplyView } from './reply-view.ts';

type RefusedBody = Extract<ReplyBody, { kind: 'refused' }>;

const AGAIN = 'Nothing was done. Write the command again later.';

/** Why a command is not carried out, and what to do. */
export function renderRefusal(view: ReplyView, { refusal }: RefusedBody): ReplyPart[] {
  switch (refusal.code) {
    case 'not_permitted':
      return [explainPermission(refusal)];
    case 'stranger':
      return ['**Not permitted:** you need a role in this repository.'];
    case 'not_understood':
      return renderNotUnderstood(view.command.parsed);
    case 'no_workspace':
      return [
        '**No workspace:** this app sees no workspace on Meltano Cloud that uses this repository. Check the repository URL in the settings of the workspace.',
      ];
    case 'name_taken':
      return [
        `**Not deployed from here:** the name ${formatCode(`${view.repository.owner}/${view.repository.name}`)} belonged to another repository before. Workspaces that were set to that repository are not deployed from this one. Set the repository URL of the workspace anew, or ask the operator of this app to map the workspace to this repository.`,
      ];
    case 'configuration_held':
      return [
        `**Not carried out:** the configuration of this repository has mistakes (${linkFile(view, refusal.bad)}), and there is no earlier valid version. Repair it on the default branch first; the check run there lists the mistakes.`,
      ];
    case 'account_not_served':
      return [
        `**Not served:** this app has no Meltano Cloud credentials for ${formatCode(view.repository.owner)}. Ask its operator to add them.`,
      ];
    case 'login_taken':
      return [
        `**Not served:** the login ${formatCode(view.repository.owner)} belonged to another GitHub account before, and the app's permissions are for that account. The operator of this app can allow this account by its id, ${refusal.ownerId}.`,
      ];
    case 'unknown_workspace':
    case 'ambiguous_workspace':
    case 'choose_workspace':
      return renderChoice(view, refusal);
    case 'branch_missing':
      return [`**Nothing to deploy:** ${describeMissing(view, refusal.missing)}`];
    case 'push_missing':
      return [`**Not redeployed:** ${describePushless(view, refusal.pushless)}`];
    case 'too_late':
      return [
        '**Not carried out:** this app received the comment more than an hour after it was written. Write the command again if you still want it.',
      ];
    case 'unanswered':
      return [`**Not carried out:** ${formatCode(refusal.problem) || 'no answer'}. ${AGAIN}`];
  }
}

function explainPermission({ needed, has }: Extract<Refusal, { code: 'not_permitted' }>): string {
  return `**Not permitted:** you need ${describeLevel(needed)} or higher in this repository; you have ${describeLevel(has)}.`;
}
