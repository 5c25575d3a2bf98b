import {
  COMMAND_NAMES,
  type CommandName,
  DEFAULT_LOG_LINES,
  isAboutPipelines,
  MAX_LOG_LINES,
} from '../../domain/command.ts';
import { isAtLeast } from '../../domain/conversation.ts';
import { formatCode } from '../../reporting/render/escape-markdown.ts';
import { formatCount } from '../../reporting/render/format-numbers.ts';
import { layTable, type ReplyPart } from '../../reporting/render/reply-parts.ts';
import { describeLevel, isStranger, neededLevel } from '../permissions.ts';
import { MOST_VERIFIED } from '../pipelines/decide-pipelines.ts';
import type { BodyOf, ReplyView } from './reply-view.ts';

/** Lists the commands that this person may and may not use here. */
export function renderHelp(
  { repository }: ReplyView,
  { level, permission = 'write', pipelines = true }: BodyOf<'help'>,
): ReplyPart[] {
  const stranger = isStranger(level, repository.private);
  const rows = COMMAND_NAMES.map((name) => {
    const needed = neededLevel({ name }, repository.private, permission);
    const { usage, description } = COMMAND_HELP[name];
    const row = (mark: string, words: string) => [mark, formatCode(usage), words];
    if (isAboutPipelines(name) && !pipelines) {
      return row('✗', `${description} Off here: see \`commands.pipelines\` of the configuration.`);
    }
    if (!stranger && isAtLeast(level, needed)) return row('✓', description);
    return row('✗', `${description} Requires ${describeLevel(needed)}.`);
  });
  return [
    '**Commands.** Write each on a line of its own in a new comment. ✓ marks those that you may use in this repository.',
    layTable(['', 'Command', 'What it does'], rows),
    'Refer to a workspace by its name (in quotes if it has spaces), its alias, its id, or at least the first 8 characters of its id.',
  ];
}

export interface CommandHelp {
  /** In the usual notation: `[…]` is optional, `<…>` is a value, `…` repeats, `|` is a choice. */
  readonly usage: string;
  /** A complete command. */
  readonly example: string;
  /** One sentence of Markdown. */
  readonly description: string;
}

/** The help reply and docs/commands.md list the commands in this order. */
export const COMMAND_HELP: Readonly<Record<CommandName, CommandHelp>> = {
  redeploy: {
    usage: '/redeploy [workspace…] [--branch <name>] [--force]',
    example: '/redeploy "Analytics (prod)"',
    description:
      'Deploys the workspaces again, at the current head of their branches. `--branch` selects the workspaces that track a branch. `--force` also deploys what the project check, `wait_for`, `after`, a lock or a freeze holds, and requires the Maintain role.',
  },
  withdraw: {
    usage: '/meltano withdraw [workspace…]',
    example: '/meltano withdraw analytics',
    description:
      'Stops the running deployment and cancels the waiting ones. `/meltano cancel` is the same command.',
  },
  approve: {
    usage: '/meltano approve [workspace]',
    example: '/meltano approve "Analytics (prod)"',
    description:
      'Approves the deployment that waits for it (`approval` in the configuration, which also says who may): of the workspace, or all that wait in the place of the comment.',
  },
  lock: {
    usage: '/meltano lock ["workspace"] <reason>',
    example: '/meltano lock "Analytics (prod)" month end',
    description:
      'Lets the deployments of the workspace, or of all workspaces, wait until they are unlocked. A second lock replaces the first.',
  },
  unlock: {
    usage: '/meltano unlock [workspace]',
    example: '/meltano unlock "Analytics (prod)"',
    description: 'Removes the lock of the workspace, or all locks, and deploys what waits.',
  },
  status: {
    usage: '/meltano status [workspace…]',
    example: '/meltano status',
    description:
      'Shows the latest deployments: state, commit, requester and time. Names failing pipelines with their last run.',
  },
  logs: {
    usage: '/meltano logs [workspace] [--lines <number>]',
    example: '/meltano logs analytics --lines 50',
    description: `Shows the end of the latest deployment's log: ${DEFAULT_LOG_LINES} lines by default, at most ${formatCount(MAX_LOG_LINES)}.`,
  },
  why: {
    usage: '/meltano why [workspace|sha]',
    example: '/meltano why 4f2a91c',
    description:
      'Explains for each workspace which rule decides whether a commit (by default the head of the branch) is deployed. Deploys nothing.',
  },
  pipelines: {
    usage: '/meltano pipelines [workspace…]',
    example: '/meltano pipelines',
    description: 'Lists the pipelines with their status, schedule and last run.',
  },
  verify: {
    usage: '/meltano verify [pipeline] [--workspace <name>]',
    example: '/meltano verify Google Ads',
    description: `Tests the configuration of a pipeline on Meltano Cloud. Without a name, of at most ${MOST_VERIFIED} pipelines, failing ones first.`,
  },
  run: {
    usage: '/meltano run <pipeline> [--workspace <name>] [--yes]',
    example: '/meltano run Google Ads --yes',
    description: 'Runs a pipeline, which moves data. Without `--yes` it only says what it would do.',
  },
  help: {
    usage: '/meltano help',
    example: '/meltano help',
    description: 'Lists the commands, and which of them you may use here.',
  },
};
