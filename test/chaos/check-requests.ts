import type { SandboxCheckRun } from '../../sandbox/github/check-model.ts';
import type { ChaosCommand, ChaosPress, ChaosRequests } from './chaos-requests.ts';
import type { ChaosWorld } from './chaos-world.ts';

const FINAL = new Set(['rocket', 'confused']);

type AnyComment = ChaosCommand['comment'];

/** The app's reactions on a comment, as they are now. */
function reactionsOn({ sandbox }: ChaosWorld, command: ChaosCommand, comment: AnyComment): string[] {
  if (command.place.kind === 'commit') return [];
  const now = sandbox.github.conversations
    .comments(command.repository.fullName, command.place.number)
    .find((one) => one.id === comment.id);
  return (now?.reactions ?? []).filter((one) => one.user.type === 'Bot').map((one) => one.content);
}

/** All replies of the app in the place of the command, which has no other command. */
function repliesTo({ sandbox }: ChaosWorld, { repository, place }: ChaosCommand): { body: string }[] {
  const { conversations } = sandbox.github;
  return place.kind === 'commit'
    ? conversations.commitComments(repository.fullName, place.sha).filter((one) => one.author.type === 'Bot')
    : conversations.comments(repository.fullName, place.number).filter((one) => one.viaApp);
}

/** A stranger has no reply, and on a commit there are no reactions either. */
function isCommandAnswered(world: ChaosWorld, command: ChaosCommand): boolean {
  if (command.place.kind === 'commit') {
    return command.by === 'stranger' || repliesTo(world, command).length > 0;
  }
  return allReactions(world, command).some((reaction) => FINAL.has(reaction));
}

/** On the comment and on its repetition: which of them is answered, depends on which came first. */
function allReactions(world: ChaosWorld, command: ChaosCommand): string[] {
  const { comment, repeat } = command;
  return [comment, ...(repeat ? [repeat] : [])].flatMap((one) => reactionsOn(world, command, one));
}

function newRunsOf({ sandbox }: ChaosWorld, { repository, old }: ChaosPress): SandboxCheckRun[] {
  const runs = sandbox.github.checks.runs(repository.fullName).filter(isPressed);
  const linkTo = (end: string) =>
    runs.filter(({ output }) =>
      output.summary?.includes(`| Redeployment of | [\`${old.headSha.slice(0, 7)}\`](${end})`),
    );
  const linked = linkTo(old.htmlUrl);
  // The app doesn't know the address of a check run whose creation wasn't answered.
  return linked.length > 0
    ? linked
    : linkTo(old.htmlUrl.replace(/\/runs\/.*/, `/commit/${old.headSha}/checks`));
}

/** A button or a re-run made it. */
export function isPressed({ output }: SandboxCheckRun): boolean {
  return / button, pressed by |\| re-run by /.test(output.summary ?? '');
}

function isAnswered(world: ChaosWorld, press: ChaosPress): boolean {
  if (press.by === 'boss') return newRunsOf(world, press).some((run) => run.status === 'completed');
  const [old] = world.sandbox.github.checks
    .runs(press.repository.fullName)
    .filter((run) => run.id === press.old.id);
  return old?.output.summary?.includes('**Not redeployed:**') ?? false;
}

/** Whether everything that people asked for came to its end. */
export function areAnswered(world: ChaosWorld, { commands, presses }: ChaosRequests): boolean {
  return (
    commands.every((one) => isCommandAnswered(world, one)) &&
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

function describe({ repository, place, by, line }: ChaosCommand): string {
  const where = place.kind === 'commit' ? place.sha.slice(0, 7) : `#${place.number}`;
  return `"${line}" by ${by} in ${repository.fullName}, ${place.kind} ${where},`;
}

function checkCommand(world: ChaosWorld, command: ChaosCommand): string[] {
  const faults = command.place.kind === 'commit' ? [] : checkReactions(world, command);
  const replies = repliesTo(world, command);
  const owed = command.by === 'stranger' ? 0 : 1;
  if (replies.length !== owed) faults.push(`has ${replies.length} replies`);
  const [reply] = replies;
  return [...faults, ...(reply ? checkReply(world, command, reply.body) : [])];
}

function checkReactions(world: ChaosWorld, command: ChaosCommand): string[] {
  const reactions = allReactions(world, command);
  const [reaction] = reactions;
  const isAnswered = reactions.length === 1 && FINAL.has(reaction ?? '');
  return isAnswered ? [] : [`has the reactions ${reactions}`];
}

/** The reply of a redeployment links to its check runs, which exist, have ended, and agree with the reaction. */
function checkReply(world: ChaosWorld, command: ChaosCommand, reply: string): string[] {
  const { repository, by, line, place } = command;
  if (!/^.*\/redeploy\s*$/is.test(line)) return [];
  // What replaced a deployment is linked too, and may be another command's.
  const [start, ...rest] = reply.split(/Superseded by (?:a newer deployment|\[[^\]]*\]\([^)]*\))/);
  const own = [start, ...rest].join('');
  const linked = world.sandbox.github.checks
    .runs(repository.fullName)
    .filter((run) => own.includes(`(${run.htmlUrl})`) && run.output.summary?.includes('`/redeploy` by'));
  const [reaction] = allReactions(world, command);
  if (by !== 'boss') {
    const isRefused = linked.length === 0 && (place.kind === 'commit' || reaction === 'confused');
    return isRefused ? [] : ['was allowed to one who may not write'];
  }
  const owed = countOwed(command);
  // Where there are several, one that was superseded is named by what replaced it alone.
  const replaced = owed.at(-1) === 1 ? 0 : rest.length;
  if (!owed.some((count) => linked.length <= count && linked.length + replaced >= count)) {
    const what = `links to ${linked.length} check runs of a command, not ${owed.join(' or ')}`;
    return [`${what}: ${JSON.stringify(reply)}`];
  }
  const open = linked.filter((run) => run.status !== 'completed');
  if (open.length > 0) return [`links to a check run that is ${open[0]?.status}`];
  const isGood = linked.length > 0 && replaced === 0 && linked.every((run) => run.conclusion === 'success');
  const wanted = isGood ? 'rocket' : 'confused';
  return place.kind === 'commit' || reaction === wanted
    ? []
    : [`ended with ${reaction}, its check runs with ${linked.map((run) => run.conclusion)}`];
}

/** How many workspaces a redeploy without a name refers to in its place. */
function countOwed({ repository, place }: ChaosCommand): number[] {
  const all = repository.workspaces.length;
  switch (place.kind) {
    case 'issue':
      return [all === 1 ? 1 : 0];
    case 'open pull request':
      return [0];
    case 'merged pull request':
      return [all];
    case 'commit':
      // With several it takes the head of their branch, which may have moved before the command was read.
      return all === 1 ? [1] : [0, all];
  }
}

function checkPress(world: ChaosWorld, press: ChaosPress): string[] {
  const runs = newRunsOf(world, press);
  const owed = press.by === 'boss' ? 1 : 0;
  if (runs.length === owed) return [];
  return [`${press.repository.fullName}: a re-run by ${press.by} made ${runs.length} check runs`];
}

/** No suite with runs stays open: it would block everyone who waits for all checks. */
function checkSuites({ sandbox, repositories }: ChaosWorld): string[] {
  return repositories.flatMap(({ fullName }) => {
    const withRuns = new Set(sandbox.github.checks.runs(fullName).map((run) => run.suiteId));
    return sandbox.github.checks
      .suites(fullName)
      .filter((suite) => withRuns.has(suite.id) && suite.status !== 'completed')
      .map((suite) => `${fullName}: the suite of ${suite.headSha.slice(0, 7)} is ${suite.status}`);
  });
}
