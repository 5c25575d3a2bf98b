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
      return ['**Not permitted:** it takes a role in this repository.'];
    case 'not_understood':
      return renderNotUnderstood(view.command.parsed);
    case 'no_workspace':
      return [
        '**No workspace:** none on Meltano Cloud that this app can see uses this repository. The repository URL in the settings of a workspace says which one it uses.',
      ];
    case 'name_taken':
      return [
        `**Not deployed from here:** the name ${formatCode(`${view.repository.owner}/${view.repository.name}`)} belonged to another repository before. A workspace that has that repository URL is not deployed from a new repository that took the name, unless the workspace was made, or set to that URL from another one, since this repository has the name, or the operator of this app maps the workspace to this repository.`,
      ];
    case 'configuration_held':
      return [
        `**Not carried out:** the configuration of this repository has mistakes (${linkFile(view, refusal.bad)}), and there was never a good one. Repair it on the default branch first: the check run there names them.`,
      ];
    case 'account_not_served':
      return [
        `**Not served:** this app has no Meltano Cloud credentials for ${formatCode(view.repository.owner)}. Its operator has to give it some.`,
      ];
    case 'login_taken':
      return [
        `**Not served:** the login ${formatCode(view.repository.owner)} belonged to another GitHub account before, and what this app may do is for that one. The operator of this app can allow this account by its id, ${refusal.ownerId}.`,
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
        '**Not carried out:** this app received the comment more than an hour after it was written. Write the command again, if it is still wanted.',
      ];
    case 'unanswered':
      return [`**Not carried out:** ${formatCode(refusal.problem) || 'no answer'}. ${AGAIN}`];
  }
}

function explainPermission({ needed, has }: Extract<Refusal, { code: 'not_permitted' }>): string {
  return `**Not permitted:** this takes ${describeLevel(needed)} in this repository, or a higher one; you have ${describeLevel(has)}.`;
}
