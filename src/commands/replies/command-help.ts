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

/** What help replies and the documentation say of each command, in this order. */
export const COMMAND_HELP: Readonly<Record<CommandName, CommandHelp>> = {
  redeploy: {
    usage: '/redeploy [workspace…] [--branch <name>]',
    example: '/redeploy "Analytics (prod)"',
    description:
      'Deploys the workspaces again, at the current head of the branch that each tracks; `--branch` takes only those that track that branch.',
  },
  withdraw: {
    usage: '/meltano withdraw [workspace…]',
    example: '/meltano withdraw analytics',
    description: 'Stops the deployment that runs and drops those that wait.',
  },
  status: {
    usage: '/meltano status [workspace…]',
    example: '/meltano status',
    description: 'Shows the last deployments: state, commit, who asked for them, and when.',
  },
  logs: {
    usage: '/meltano logs [workspace] [--lines <number>]',
    example: '/meltano logs analytics --lines 50',
    description: `Shows the end of the last deployment's log: ${DEFAULT_LOG_LINES} lines unless told otherwise, ${formatCount(MAX_LOG_LINES)} at the most.`,
  },
  why: {
    usage: '/meltano why [workspace|sha]',
    example: '/meltano why 4f2a91c',
    description:
      "Says which rule decides whether a commit is deployed, for each workspace, without deploying; of the branch's head unless told otherwise.",
  },
  help: {
    usage: '/meltano help',
    example: '/meltano help',
    description: 'Lists the commands, and which of them you may use here.',
  },
};
