import { createConversationKeeper } from '../commands/keep-conversation.ts';
import { planCommand, planUnanswered } from '../commands/plan-command.ts';
import { planRerun, planUnansweredRerun } from '../commands/plan-rerun.ts';
import { createFirstErrorReader } from '../commands/read-first-error.ts';
import { createLogTailReader } from '../commands/read-log-tail.ts';
import { renderReply } from '../commands/replies/render-reply.ts';
import type { Accounts } from '../domain/account.ts';
import type { Configurations } from '../domain/configuration-in-use.ts';
import type { CommandReads } from '../domain/conversation.ts';
import { createConversationApi } from '../github/conversations.ts';
import type { GetOctokit } from '../github/octokit.ts';
import type { OwnApp } from '../github/own-app.ts';
import { createLogExcerptBuilder } from '../logs/log-excerpt-builder.ts';
import type { CommandPlanning } from '../planning/plan-deliveries.ts';
import type { PlanningPorts } from '../planning/plan-push.ts';
import type { WriteLanes } from '../reporting/pace/write-lanes.ts';
import { describeFailure } from '../reporting/render/describe-failure.ts';
import type { Reporting } from './create-reporting.ts';
import type { Foundation } from './foundation.ts';

export interface CommandPorts {
  readonly getOctokit: GetOctokit;
  readonly lanes: WriteLanes;
  readonly ownApp: OwnApp;
  readonly accounts: Accounts;
  readonly reporting: Reporting;
}

/** Conversations about commands, from the reaction to the last word. */
export function createConversations(
  foundation: Foundation,
  ports: CommandPorts,
): ReturnType<typeof createConversationKeeper> {
  const { stores, clock, githubClock, log, redactor } = foundation;
  const { getOctokit, lanes, ownApp, accounts, reporting } = ports;
  const newBuilder = () => createLogExcerptBuilder(redactor);
  return createConversationKeeper({
    store: stores,
    repositories: stores,
    clock,
    log,
    random: Math.random,
    api: createConversationApi({ getOctokit, lanes, ownApp, githubClock, now: clock.now }),
    render: (view) => redactor.redactOwn(renderReply(view)),
    readLogTail: createLogTailReader({
      accounts,
      store: stores,
      describeFailure,
      newBuilder,
    }),
    readFirstError: createFirstErrorReader({ accounts, newBuilder }),
    pages: reporting.pages,
  });
}

/** How comments and re-runs are planned. */
export function createCommandPlanning(
  { stores }: Foundation,
  { reporting }: Pick<CommandPorts, 'reporting'>,
  shared: {
    readonly reads: CommandReads;
    readonly planning: PlanningPorts;
    readonly configurations: Configurations;
  },
): CommandPlanning {
  const ports = { ...shared, store: stores, runs: reporting.runs };
  return {
    planCommand: (command) => planCommand(command, ports),
    planRerun: (rerun) => planRerun(rerun, ports),
    async planUnanswered({ event, ...asked }, problem) {
      return event.kind === 'comment'
        ? planUnanswered({ ...asked, event }, problem)
        : planUnansweredRerun({ ...asked, event }, problem, ports);
    },
  };
}
