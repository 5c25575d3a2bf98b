import { type CommandName, DEFAULT_LOG_LINES, MAX_LOG_LINES } from '../../domain/command.ts';
import { formatCount } from '../../reporting/render/format-count.ts';

export interface CommandHelp {
  /** In the usual notation: `[…]` may be left out, `<…>` stands for a value, `…` may be repeated, `|` is a choice. */
  readonly usage: string;
  /** A line that works as it stands. */
  readonly example: string;
  /** One sentence of Markdown. */
  readonly description: string;
}

/** The help reply and docs/commands.md list the commands in this order. */
export const COMMAND_HELP: Readonly<Record<CommandName, CommandHelp>> = {
  redeploy: {
    usage: '/redeploy [workspace…] [--branch <name>]',
    example: '/redeploy "Analytics (prod)"',
    description:
      'Deploys the workspaces again, at the current head of their branches. `--branch` selects the workspaces that track a branch.',
  },
  withdraw: {
    usage: '/meltano withdraw [workspace…]',
    example: '/meltano withdraw analytics',
    description:
      'Stops the running deployment and cancels the waiting ones. `/meltano cancel` is the same command.',
  },
  status: {
    usage: '/meltano status [workspace…]',
    example: '/meltano status',
    description: 'Shows the latest deployments: state, commit, requester and time.',
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
  help: {
    usage: '/meltano help',
    example: '/meltano help',
    description: 'Lists the commands, and which of them you may use here.',
  },
};
