import type { SandboxCheckRun } from '../sandbox/github/check-model.ts';
import type { GitHubSandbox } from '../sandbox/github/github-sandbox.ts';
import type { ScriptContext } from '../sandbox/meltano/default-script.ts';
import { defaultScript } from '../sandbox/meltano/default-script.ts';
import type { JobScript, SandboxJob } from '../sandbox/meltano/sandbox-job.ts';
import { type Sandbox, startSandbox } from '../sandbox/sandbox.ts';
import {
  CONFIGURATION_CHECK,
  PROJECT_CHECK,
  REQUIRED_CHECK,
} from '../src/reporting/render/render-commit-run.ts';
import { addPage } from './page/add-page.ts';
import { addPlaces, type Place, type Places } from './places.ts';

export const SETUP_CHECK = 'Meltano Deploy setup';

/** The expected check run of a push. */
export interface Expectation {
  readonly conclusion: 'success' | 'failure' | 'skipped' | 'action required';
  readonly title: RegExp;
  /** The check run must show the log at two lengths or more before the end. */
  readonly growingLog?: boolean;
  /** The only annotation of the check run about the repository's file. */
  readonly fileMistake?: ExpectedAnnotation;
  /** The only annotation of the check run about the project. */
  readonly projectMistake?: ExpectedAnnotation;
  /** In the summary of that check run. */
  readonly plan?: RegExp;
  /** The only annotation of the deployment's check run. */
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

/** An issue with a comment. */
interface Conversation {
  /** The path of its page. */
  readonly path: string;
  /** The app's present reactions to the comment. */
  reactions(): string[];
  /** The app's comments on the issue. */
  replies(): string[];
}

/** A comment with a command, and the expected answer. */
export interface DemoComment extends Conversation {
  readonly body: string;
  /** The commit that the command refers to. */
  readonly sha: string;
  readonly expected: { readonly reaction: 'rocket' | 'confused'; readonly reply: RegExp };
}

/** A further check at the end. `judge` returns the problem, or null. */
interface DemoCheck {
  readonly what: string;
  judge(): string | null;
}

/** The simulated services with their data, and what happened there. */
export interface Stage {
  readonly sandbox: Sandbox;
  readonly places: Places;
  /** Oldest first. */
  readonly pushes: DemoPush[];
  readonly comments: DemoComment[];
  readonly checks: DemoCheck[];
  /** Opens an issue and comments on it. `script` is for a job that the comment starts. */
  say(place: Place, input: CommentInput): DemoComment;
  /** Pushes a commit. `script` is for its jobs. */
  push(place: Place, input: { files: Record<string, string> } & TrackedPush): DemoPush;
  /** Tracks a commit that was pushed in another way, such as a merge. */
  track(place: Place, sha: string, input: TrackedPush): DemoPush;
  /** The check runs of deployments on a commit, oldest first. */
  runsOn(push: PushedCommit): SandboxCheckRun[];
  /** Only the check runs of the push itself. */
  runsOf(push: PushedCommit): SandboxCheckRun[];
  jobsOf(push: PushedCommit): SandboxJob[];
  /** The check run about the repository's configuration file. */
  fileCheckOf(push: PushedCommit): SandboxCheckRun | undefined;
  /** The check run about the project. */
  projectCheckOf(push: PushedCommit): SandboxCheckRun | undefined;
}

interface TrackedPush {
  readonly message: string;
  readonly script: () => JobScript;
  readonly expected: Expectation;
}

interface CommentInput {
  /** The title and the first text of the issue. */
  readonly title: string;
  readonly text: string;
  readonly body: string;
  /** Of the comment; default: octocat. */
  readonly author?: string;
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
    github.checks.runs(place.repository, sha).filter((run) => !isAboutCommit(run));
  return {
    sandbox,
    places,
    pushes,
    comments,
    checks: [],
    track,
    runsOn,
    say(place, { title, text, body, author = 'octocat', script, expected }) {
      const sha = github.branches.head(place.repository);
      if (script) scripts.set(sha, script);
      const comment = {
        body,
        sha,
        expected,
        ...openConversation(github, place, { title, text, body, author }),
      };
      comments.push(comment);
      return comment;
    },
    push(place, { files, ...input }) {
      const { repository } = place;
      return track(place, github.branches.push({ repository, files, message: input.message }).after, input);
    },
    runsOf: (push) => runsOn(push).filter(({ output }) => isOfPush(output.summary ?? '')),
    jobsOf: ({ place, sha }) => meltano.jobsOf(place.workspace).filter(({ commitId }) => commitId === sha),
    fileCheckOf: ({ place, sha }) =>
      github.checks.runs(place.repository, sha).find(({ name }) => name === CONFIGURATION_CHECK),
    projectCheckOf: ({ place, sha }) =>
      github.checks.runs(place.repository, sha).find(({ name }) => name === PROJECT_CHECK),
  };
}

/** Not of the deployment that follows once a gate has opened. */
function isOfPush(summary: string): boolean {
  return summary.includes('| push by ') && !summary.includes('| Redeployment of |');
}

/** True for check runs that aren't about a deployment. */
export function isAboutCommit({ name }: SandboxCheckRun): boolean {
  return [CONFIGURATION_CHECK, PROJECT_CHECK, REQUIRED_CHECK, SETUP_CHECK].includes(name);
}

function openConversation(
  { conversations }: GitHubSandbox,
  { repository }: Place,
  { title, text, body, author }: { title: string; text: string; body: string; author: string },
): Conversation {
  const { number } = conversations.openIssue({ repository, title, body: text, author: 'ana' });
  const { comment } = conversations.comment({ repository, number, body, author });
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
