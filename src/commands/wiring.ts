import { setTimeout as sleep } from 'node:timers/promises';
import type { AppContext } from '../app-context.ts';
import { GitHubCommandReads } from '../github/command-reads.ts';
import { createLogExcerptBuilder } from '../logs/log-excerpt-builder.ts';
import type { CommandPlanning } from '../planning/event-context.ts';
import type { Planning } from '../planning/wiring.ts';
import { describeFailure } from '../reporting/render/describe-meltano-failure.ts';
import type { Reporting } from '../reporting/wiring.ts';
import { createPipelineReader } from './pipelines/read-pipelines.ts';
import { planCommand, planUnanswered } from './plan-command.ts';
import { planRerun, planUnansweredRerun } from './plan-rerun.ts';
import { createFirstErrorReader, createPipelineErrorReader } from './read-first-error.ts';
import { createLogTailReader } from './read-log-tail.ts';
import { renderReply } from './replies/render-reply.ts';
import { createConversationSync } from './sync-conversation.ts';

interface Rooms {
  readonly planning: Planning;
  readonly reporting: Reporting;
}

/** Builds the planning of comments and re-runs. */
export function createCommandPlanning(
  { stores, octokit, budgets, clock }: AppContext,
  { planning, reporting }: Rooms,
): CommandPlanning {
  const { heads, configurations } = planning;
  const reads = new GitHubCommandReads({
    getOctokit: octokit.get,
    heads,
    sleep,
    mayAsk: (installationId) => budgets.of(installationId).allowsAt('command', clock.elapsed()) === 0,
  });
  const ports = {
    reads,
    configurations,
    planning: planning.ports,
    store: stores,
    runs: reporting.runs,
    history: reporting.history,
  };
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

/** The handler of the queue `command`: conversations, from the reaction to the last reply. */
export function createConversations(
  context: AppContext,
  { pages, conversationApi: api }: Reporting,
): ReturnType<typeof createConversationSync> {
  const { stores, accounts, clock, log, redactor } = context;
  const newBuilder = () => createLogExcerptBuilder(redactor);
  return createConversationSync({
    store: stores,
    repositories: stores,
    clock,
    log,
    random: Math.random,
    api,
    render: renderReply,
    readLogTail: createLogTailReader({
      accounts,
      store: stores,
      describeFailure,
      newBuilder,
    }),
    readFirstError: createFirstErrorReader({ accounts, newBuilder }),
    readPipelines: createPipelineReader({ accounts, clock, describeFailure }),
    readPipelineError: createPipelineErrorReader({ accounts, newBuilder }),
    pages,
  });
}
