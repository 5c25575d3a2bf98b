import type { SandboxIssueComment } from '../../sandbox/github/conversation-model.ts';
import type { SandboxCheckRun } from '../../sandbox/github/model.ts';
import type { ChaosCommand, ChaosPress, ChaosRequests } from './chaos-requests.ts';
import type { ChaosWorld } from './chaos-world.ts';

const FINAL = new Set(['rocket', 'confused']);

/** The app's reactions on a comment, as they are now. */
function reactionsOn({ sandbox }: ChaosWorld, command: ChaosCommand, comment: SandboxIssueComment): string[] {
  const now = sandbox.github.conversations
    .comments(command.repository.fullName, command.number)
    .find((one) => one.id === comment.id);
  return (now?.reactions ?? []).filter((one) => one.user.type === 'Bot').map((one) => one.content);
}

function repliesTo({ sandbox }: ChaosWorld, command: ChaosCommand): SandboxIssueComment[] {
  const { fullName } = command.repository;
  return sandbox.github.conversations.comments(fullName, command.number).filter((one) => one.viaApp);
}

function newRunsOf({ sandbox }: ChaosWorld, { repository, old }: ChaosPress): SandboxCheckRun[] {
  const link = `Deployed before as | [\`${old.headSha.slice(0, 7)}\`](${old.htmlUrl})`;
  return sandbox.github.checkRuns(repository.fullName).filter((run) => run.output.summary?.includes(link));
}

function isAnswered(world: ChaosWorld, press: ChaosPress): boolean {
  if (press.by === 'boss') return newRunsOf(world, press).some((run) => run.status === 'completed');
  const [old] = world.sandbox.github
    .checkRuns(press.repository.fullName)
    .filter((run) => run.id === press.old.id);
  return old?.output.summary?.includes('**Not deployed again:**') ?? false;
}

/** Whether everything that people asked for came to its end. */
export function areAnswered(world: ChaosWorld, { commands, presses }: ChaosRequests): boolean {
  return (
    commands.every((one) => reactionsOn(world, one, one.comment).some((reaction) => FINAL.has(reaction))) &&
    presses.every((press) => isAnswered(world, press))
  );
}

/** What is not as it should be about commands, buttons and re-runs, in words. */
export function checkRequests(world: ChaosWorld, { commands, presses }: ChaosRequests): string[] {
  return [
    ...commands.flatMap((command) =>
      checkCommand(world, command).map((fault) => `${describe(command)} ${fault}`),
    ),
    ...presses.flatMap((press) => checkPress(world, press)),
    ...checkSuites(world),
  ];
}

function describe({ repository, number, by, line }: ChaosCommand): string {
  return `"${line}" by ${by} in ${repository.fullName}#${number}`;
}

function checkCommand(world: ChaosWorld, command: ChaosCommand): string[] {
  const faults: string[] = [];
  const reactions = reactionsOn(world, command, command.comment);
  const [reaction] = reactions;
  if (reactions.length !== 1 || !FINAL.has(reaction ?? '')) faults.push(`has the reactions ${reactions}`);
  if (command.repeat && reactionsOn(world, command, command.repeat).length > 0) {
    faults.push('was answered twice, though it was the same command');
  }
  const replies = repliesTo(world, command);
  const owed = command.by === 'stranger' ? 0 : 1;
  if (replies.length !== owed) faults.push(`has ${replies.length} replies`);
  const [reply] = replies;
  return [...faults, ...(reply ? checkReply(world, command, reply, reaction) : [])];
}

/** The reply of a redeployment links to its check runs, which exist, have ended, and agree with the reaction. */
function checkReply(
  world: ChaosWorld,
  { repository, by, line }: ChaosCommand,
  reply: SandboxIssueComment,
  reaction: string | undefined,
): string[] {
  if (!/^.*\/redeploy\s*$/is.test(line)) return [];
  if (by !== 'boss') return reaction === 'confused' ? [] : ['was allowed to one who may not write'];
  const runs = world.sandbox.github
    .checkRuns(repository.fullName)
    .filter(
      (run) => reply.body.includes(`(${run.htmlUrl})`) && run.output.summary?.includes('`/redeploy` by'),
    );
  // Without a name it is refused where there are several workspaces.
  if (repository.workspaces.length > 1) return runs.length === 0 ? [] : ['chose a workspace by itself'];
  if (runs.length !== 1) return [`links to ${runs.length} check runs of a command`];
  const [run] = runs;
  if (run?.status !== 'completed') return [`links to a check run that is ${run?.status}`];
  const wanted = run.conclusion === 'success' ? 'rocket' : 'confused';
  return reaction === wanted ? [] : [`ended with ${reaction}, its check run with ${run.conclusion}`];
}

function checkPress(world: ChaosWorld, press: ChaosPress): string[] {
  const runs = newRunsOf(world, press);
  const owed = press.by === 'boss' ? 1 : 0;
  if (runs.length === owed) return [];
  return [`${press.repository.fullName}: a re-run by ${press.by} made ${runs.length} check runs`];
}

/** No suite that has runs stays open: it would block whoever waits for all checks. */
function checkSuites({ sandbox, repositories }: ChaosWorld): string[] {
  return repositories.flatMap(({ fullName }) => {
    const withRuns = new Set(sandbox.github.checkRuns(fullName).map((run) => run.suiteId));
    return sandbox.github
      .checkSuites(fullName)
      .filter((suite) => withRuns.has(suite.id) && suite.status !== 'completed')
      .map((suite) => `${fullName}: the suite of ${suite.headSha.slice(0, 7)} is ${suite.status}`);
  });
}
