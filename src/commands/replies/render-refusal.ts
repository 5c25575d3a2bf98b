import { COMMAND_NAMES, type CommandName, type CommandProblem } from '../../domain/command.ts';
import type { ParsedCommand, Refusal } from '../../domain/conversation.ts';
import { linkWorkspace } from '../../reporting/render/describe-shown.ts';
import { formatCode } from '../../reporting/render/escape-markdown.ts';
import { formatCount } from '../../reporting/render/format-numbers.ts';
import { linkFile } from '../../reporting/render/github-links.ts';
import { joinList, type ReplyPart } from '../../reporting/render/reply-parts.ts';
import { describeLevel } from '../permissions.ts';
import { renderChoice } from './render-choice.ts';
import { COMMAND_HELP } from './render-help.ts';
import { renderPipelineChoice } from './render-pipeline-choice.ts';
import { describeMissing, describePushless } from './render-redeploy.ts';
import type { BodyOf, ReplyView } from './reply-view.ts';

const AGAIN = 'Nothing was done. Write the command again later.';

/** Explains why a command is not carried out, and what to do. */
export function renderRefusal(view: ReplyView, { refusal }: BodyOf<'refused'>): ReplyPart[] {
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
        `**Not deployed from here:** the name ${formatCode(`${view.repository.owner}/${view.repository.name}`)} belonged to another repository before. Workspaces that were set to that repository are not deployed from this one. Set the repository URL of the workspace again, or ask the operator of this app to map the workspace to this repository.`,
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
    case 'pipelines_off':
      return [explainPipelinesOff(view)];
    case 'no_pipelines':
      return [`**No pipelines:** ${linkWorkspace(view, refusal.workspace)} has none on Meltano Cloud.`];
    case 'unknown_pipeline':
    case 'ambiguous_pipeline':
      return renderPipelineChoice(view, refusal);
    case 'nothing_to_approve':
      return [
        '**Nothing to approve:** no deployment that is meant here waits for an approval. `/meltano status` shows what waits.',
      ];
    case 'no_lock_reason':
      return [
        `**Not locked:** a reason is missing. Write it after the workspace: ${formatCode(`/meltano lock "${refusal.workspace.name}" month end`)}.`,
      ];
    case 'too_late':
      return [
        '**Not carried out:** this app received the comment more than an hour after it was written. Write the command again if you still want it.',
      ];
    case 'unanswered':
      return [`**Not carried out:** ${formatCode(refusal.problem) || 'no answer'}. ${AGAIN}`];
  }
}

function explainPipelinesOff({ repository }: ReplyView): string {
  const [why, change] = repository.private
    ? ['the configuration of this repository turns them off', 'Remove']
    : ['they are off in public repositories, where everyone can read the replies', 'To turn them on, set'];
  const value = repository.private ? 'false' : 'true';
  return `**Not carried out:** commands about pipelines aren't available, because ${why}. ${change} \`commands: {pipelines: ${value}}\` in \`.github/meltano-deploy.yml\`.`;
}

function explainPermission({ needed, has }: Extract<Refusal, { code: 'not_permitted' }>): string {
  return `**Not permitted:** you need ${describeLevel(needed)} or higher in this repository; you have ${describeLevel(has)}.`;
}

/** Explains a mistake in a command, with the correct usage. */
function renderNotUnderstood(parsed: ParsedCommand): ReplyPart[] {
  switch (parsed.kind) {
    case 'nearly':
      return [
        `**Did you mean** ${formatCode(COMMAND_HELP[parsed.suggestion].usage)}? There is no command ${formatCode(parsed.word)}.`,
      ];
    case 'invalid':
      return [`**Not understood:** ${describeProblem(parsed.problem)} ${adviseUsage(parsed.command)}`];
    case 'command':
      return ['**Not understood.** `/meltano help` lists the commands.'];
  }
}

function adviseUsage(command: CommandName | undefined): string {
  if (command !== undefined) return `Usage: ${formatCode(COMMAND_HELP[command].usage)}`;
  const commands = COMMAND_NAMES.map((name) => formatCode(shorten(COMMAND_HELP[name].usage)));
  return `The commands are ${joinList(commands)}.`;
}

/** A command without its arguments. */
function shorten(usage: string): string {
  return usage.replace(/ [[<].*$/, '');
}

function describeProblem(problem: CommandProblem): string {
  const word = formatCode(problem.word, 100) || 'an empty word';
  switch (problem.code) {
    case 'unknown_command':
      return `there is no command ${word}.`;
    case 'unknown_flag':
      return `there is no option ${word}.${problem.suggestion === undefined ? '' : ` Did you mean ${formatCode(problem.suggestion)}?`}`;
    case 'unexpected_value':
      return `the option ${word} takes no value.`;
    case 'missing_value':
      return `the option ${word} needs a value.`;
    case 'bad_number':
      return `${word} is not a number from ${formatCount(problem.minimum)} to ${formatCount(problem.maximum)}.`;
    case 'too_many_arguments':
      return `${word} is one argument too many: at most ${formatCount(problem.maximum)}. A name with spaces needs quotes.`;
    case 'empty_argument':
      return 'the quotes contain nothing.';
    case 'misplaced_word':
      return `${word} comes after an option, separated from the name.`;
    case 'missing_pipeline':
      return 'the name of a pipeline is missing.';
    case 'missing_reason':
      return 'a reason is missing, so nothing is locked.';
    case 'unbalanced_quote':
      return `the quote that begins at ${word} is never closed.`;
  }
}
