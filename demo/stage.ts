import type { SandboxCheckRun } from '../sandbox/github/check-model.ts';
import type { GitHubSandbox } from '../sandbox/github/github-sandbox.ts';
import type { ScriptContext } from '../sandbox/meltano/default-script.ts';
import { defaultScript } from '../sandbox/meltano/default-script.ts';
import type { JobScript, SandboxJob } from '../sandbox/meltano/sandbox-job.ts';
import { type Sandbox, startSandbox } from '../sandbox/sandbox.ts';
import { CONFIGURATION_CHECK } from '../src/reporting/render/render-configuration-run.ts';
import { addPage } from './page/add-page.ts';
import { addPlaces, type Place, type Places } from './places.ts';

/** What is expected of a push: the check run's conclusion, and what its title must say. */
export interface Expectation {
  readonly conclusion: 'success' | 'failure' | 'skipped';
  readonly title: RegExp;
  /** The log must have been seen at more than one length before the end. */
  readonly growingLog?: boolean;
  /** The check run about the repository's file must fail with this alone. */
  readonly fileMistake?: ExpectedAnnotation;
  /** The deployment's own check run must mark this alone. */
  readonly annotation?: ExpectedAnnotation;
}

export interface ExpectedAnnotation {
  readonly path: string;
  readonly line: number;
  readonly message: RegExp;
}

interface PushedCommit {
  readonly place: Place;
  readonly sha: string;
}

export interface DemoPush extends PushedCommit {
  readonly message: string;
  readonly at: number;
  readonly expected: Expectation;
}

/** An issue with one comment of octocat's. */
interface Conversation {
  /** Below the simulated GitHub's address. */
  readonly path: string;
  /** The app's reactions on the comment, as they are now. */
  reactions(): string[];
  /** The app's comments below it. */
  replies(): string[];
}

/** A comment with a command, what is expected of it, and where it leads. */
export interface DemoComment extends Conversation {
  readonly body: string;
  /** The commit that it is about. */
  readonly sha: string;
  readonly expected: { readonly reaction: 'rocket' | 'confused'; readonly reply: RegExp };
}

/** What must be true at the end beside the pushes and comments; `judge` names what is not. */
export interface DemoCheck {
  readonly what: string;
  judge(): string | null;
}

/** Both simulated services with something in them, and what happened there. */
export interface Stage {
  readonly sandbox: Sandbox;
  readonly places: Places;
  /** Oldest first. */
  readonly pushes: DemoPush[];
  readonly comments: DemoComment[];
  readonly checks: DemoCheck[];
  /** Somebody writes a comment on an issue of their own; a job that it starts goes by `script`. */
  say(place: Place, input: CommentInput): DemoComment;
  /** Makes a commit; its jobs, if there will be any, go by `script`. */
  push(place: Place, input: { files: Record<string, string> } & TrackedPush): DemoPush;
  /** What became a commit of the tracked branch in another way. */
  track(place: Place, sha: string, input: TrackedPush): DemoPush;
  /** The check runs of deployments on a commit, the oldest first. */
  runsOn(push: PushedCommit): SandboxCheckRun[];
  /** Those of the push alone. */
  runsOf(push: PushedCommit): SandboxCheckRun[];
  jobsOf(push: PushedCommit): SandboxJob[];
  /** The check run about the repository's configuration file. */
  fileCheckOf(push: PushedCommit): SandboxCheckRun | undefined;
}

interface TrackedPush {
  readonly message: string;
  readonly script: () => JobScript;
  readonly expected: Expectation;
}

interface CommentInput {
  /** Of the issue, and what its author wrote there first. */
  readonly title: string;
  readonly text: string;
  readonly body: string;
  readonly script?: () => JobScript;
  readonly expected: DemoComment['expected'];
}

export async function setStage(): Promise<Stage> {
  const sandbox = await startSandbox();
  const { github, meltano } = sandbox;
  const scripts = new Map<string, () => JobScript>();
  meltano.script = (context: ScriptContext) =>
    scripts.get(context.commitId ?? '')?.() ?? defaultScript(context);
  addPage(sandbox);
  const places = addPlaces(sandbox);
  const pushes: DemoPush[] = [];
  const comments: DemoComment[] = [];
  const track: Stage['track'] = (place, sha, { message, script, expected }) => {
    scripts.set(sha, script);
    const push = { place, sha, message, at: Date.now(), expected };
    pushes.push(push);
    return push;
  };
  const runsOn: Stage['runsOn'] = ({ place, sha }) =>
    github.checks.runs(place.repository, sha).filter((run) => !isFileCheck(run));
  return {
    sandbox,
    places,
    pushes,
    comments,
    checks: [],
    track,
    runsOn,
    say(place, { title, text, body, script, expected }) {
      const sha = github.branches.head(place.repository);
      if (script) scripts.set(sha, script);
      const comment = { body, sha, expected, ...openConversation(github, place, { title, text, body }) };
      comments.push(comment);
      return comment;
    },
    push(place, { files, ...input }) {
      const { repository } = place;
      return track(place, github.branches.push({ repository, files, message: input.message }).after, input);
    },
    runsOf: (push) => runsOn(push).filter((run) => run.output.summary?.includes('| push by ')),
    jobsOf: ({ place, sha }) => meltano.jobsOf(place.workspace).filter(({ commitId }) => commitId === sha),
    fileCheckOf: ({ place, sha }) => github.checks.runs(place.repository, sha).find(isFileCheck),
  };
}

export function isFileCheck({ name }: SandboxCheckRun): boolean {
  return name === CONFIGURATION_CHECK;
}

function openConversation(
  { conversations }: GitHubSandbox,
  { repository }: Place,
  { title, text, body }: { title: string; text: string; body: string },
): Conversation {
  const { number } = conversations.openIssue({ repository, title, body: text, author: 'ana' });
  const { comment } = conversations.comment({ repository, number, body });
  const all = () => conversations.comments(repository, number);
  return {
    path: `/${repository}/issues/${number}`,
    reactions: () => (all().find((one) => one.id === comment.id)?.reactions ?? []).map((one) => one.content),
    replies: () =>
      all()
        .filter((one) => one.viaApp)
        .map((one) => one.body),
  };
}
