import { COMMAND_NAMES } from '../../domain/command.ts';
import { isAtLeast } from '../../domain/conversation.ts';
import { formatCode } from '../../reporting/render/escape-markdown.ts';
import { layTable, type ReplyPart } from '../../reporting/render/reply-parts.ts';
import { isStranger, neededLevel } from '../permissions.ts';
import { COMMAND_HELP } from './command-help.ts';
import { describeLevel } from './describe-level.ts';
import type { ReplyBody, ReplyView } from './reply-view.ts';

type HelpBody = Extract<ReplyBody, { kind: 'help' }>;

/** The commands, and which of them this person may use here. */
export function renderHelp(
  { repository }: ReplyView,
  { level, permission = 'write' }: HelpBody,
): ReplyPart[] {
  const stranger = isStranger(level, repository.private);
  const rows = COMMAND_NAMES.map((name) => {
    const needed = neededLevel(name, repository.private, permission);
    const may = !stranger && isAtLeast(level, needed);
    const { usage, description } = COMMAND_HELP[name];
    return [
      may ? '✓' : '✗',
      formatCode(usage),
      may ? description : `${description} Requires ${describeLevel(needed)}.`,
    ];
  });
  return [
    '**Commands.** Write each on a line of its own in a new comment. ✓ marks those that you may use in this repository.',
    layTable(['', 'Command', 'What it does'], rows),
    'Refer to a workspace by its name (in quotes if it has spaces), its alias, its id, or at least the first 8 characters of its id.',
  ];
}
