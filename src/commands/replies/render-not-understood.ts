import { COMMAND_NAMES, type CommandName, type CommandProblem } from '../../domain/command.ts';
import type { ParsedCommand } from '../../domain/conversation.ts';
import { formatCode } from '../../reporting/render/escape-markdown.ts';
import { formatCount } from '../../reporting/render/format-count.ts';
import { joinList, type ReplyPart } from '../../reporting/render/reply-parts.ts';
import { COMMAND_HELP } from './command-help.ts';

/** What is wrong with a line that is meant as a command, and how it's written. */
export function renderNotUnderstood(parsed: ParsedCommand): ReplyPart[] {
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
      return `there is no option ${word}.`;
    case 'missing_value':
      return `the option ${word} takes a value.`;
    case 'bad_number':
      return `${word} is not a number from ${formatCount(problem.minimum)} to ${formatCount(problem.maximum)}.`;
    case 'too_many_arguments':
      return `${word} is one word too many: ${formatCount(problem.maximum)} at the most. A name with spaces takes quotes.`;
    case 'empty_argument':
      return 'a word between quotes is empty.';
    case 'unbalanced_quote':
      return `the quote that begins at ${word} is never closed.`;
  }
}
