import type { SandboxCheckRun } from '../../../sandbox/github/model.ts';
import type { ScriptContext } from '../../../sandbox/meltano/default-script.ts';
import { defaultScript } from '../../../sandbox/meltano/default-script.ts';
import type { JobScript } from '../../../sandbox/meltano/sandbox-job.ts';
import type { SandboxWorkspace } from '../../../sandbox/meltano/sandbox-workspace.ts';
import { addPage } from '../../../sandbox/page/add-page.ts';
import { MELTANO_YML } from '../../../sandbox/page/example-project.ts';
import { addExamplePeople } from '../../../sandbox/page/people.ts';
import { type Sandbox, startSandbox } from '../../../sandbox/sandbox.ts';
import { CONFIGURATION_CHECK } from '../../report/render-configuration-run.ts';

export const REPOSITORY = 'acme/analytics';

/** What is expected of a push: the check run's conclusion, and what its title must say. */
export interface Expectation {
  readonly conclusion: 'success' | 'failure' | 'skipped';
  readonly title: RegExp;
  /** The log must have been seen at more than one length before the end. */
  readonly growingLog?: boolean;
  /** The check run about the repository's file must fail with this alone. */
  readonly annotation?: { readonly path: string; readonly line: number; readonly message: RegExp };
}

export interface DemoPush {
  readonly sha: string;
  readonly message: string;
  readonly at: number;
  readonly expected: Expectation;
}

/** A comment with a command, what is expected of it, and where it leads. */
export interface DemoComment {
  readonly body: string;
  /** The commit that it is about. */
  readonly sha: string;
  readonly expected: { readonly reaction: 'rocket' | 'confused'; readonly reply: RegExp };
  /** The app's reactions on it, as they are now. */
  reactions(): string[];
  /** The app's comments below it. */
  replies(): string[];
}

/** Both simulated services with something in them, and what was pushed there. */
export interface Stage {
  readonly sandbox: Sandbox;
  readonly workspace: SandboxWorkspace;
  /** Oldest first. */
  readonly pushes: DemoPush[];
  readonly comments: DemoComment[];
  /** Somebody writes a comment on an issue of their own; a job that it starts goes by `script`. */
  say(input: { body: string; script?: () => JobScript; expected: DemoComment['expected'] }): DemoComment;
  /** Makes a commit; its job, if there will be one, goes by `script`. */
  push(input: {
    message: string;
    files: Record<string, string>;
    script: () => JobScript;
    expected: Expectation;
  }): DemoPush;
  runsOf(push: Pick<DemoPush, 'sha'>): SandboxCheckRun[];
  /** The check run about the repository's configuration file. */
  fileCheckOf(push: Pick<DemoPush, 'sha'>): SandboxCheckRun | undefined;
}

export async function setStage(): Promise<Stage> {
  const sandbox = await startSandbox();
  const { github, meltano } = sandbox;
  const scripts = new Map<string, () => JobScript>();
  meltano.script = (context: ScriptContext) =>
    scripts.get(context.commitId ?? '')?.() ?? defaultScript(context);
  addPage(sandbox);
  github.addInstallation({ account: 'acme' });
  const files = { 'README.md': '# Analytics\n', 'meltano.yml': MELTANO_YML };
  github.addRepository({ fullName: REPOSITORY, private: true, files });
  addExamplePeople(github, REPOSITORY);
  const workspace = meltano.addWorkspace({
    name: 'Analytics',
    repositoryUrl: sandbox.repositoryUrl(REPOSITORY),
    repositoryBranch: 'main',
    defaultEnvironment: 'prod',
  });
  addPublicRepository(sandbox);
  const pushes: DemoPush[] = [];
  const comments: DemoComment[] = [];
  return {
    ...{ sandbox, workspace, pushes, comments },
    say({ body, script, expected }) {
      const sha = github.head(REPOSITORY);
      if (script) scripts.set(sha, script);
      const said = sayIn(sandbox, body);
      const comment = { body, sha, expected, ...said };
      comments.push(comment);
      return comment;
    },
    push({ message, files: changes, script, expected }) {
      const at = Date.now();
      const { after: sha } = github.push({ repository: REPOSITORY, files: changes, message });
      scripts.set(sha, script);
      const push = { sha, message, at, expected };
      pushes.push(push);
      return push;
    },
    runsOf: ({ sha }) =>
      github.checkRuns(REPOSITORY, sha).filter((run) => run.output.summary?.includes('| push by ')),
    fileCheckOf: ({ sha }) => github.checkRuns(REPOSITORY, sha).find(isFileCheck),
  };
}

export function isFileCheck({ name }: Pick<SandboxCheckRun, 'name'>): boolean {
  return name === CONFIGURATION_CHECK;
}

/** A comment of octocat's on a new issue. */
function sayIn(
  { github: { conversations } }: Sandbox,
  body: string,
): Pick<DemoComment, 'reactions' | 'replies'> {
  const { number } = conversations.openIssue({ repository: REPOSITORY, title: 'Could we try that again?' });
  const { comment } = conversations.comment({ repository: REPOSITORY, number, body });
  const all = () => conversations.comments(REPOSITORY, number);
  return {
    reactions: () => (all().find((one) => one.id === comment.id)?.reactions ?? []).map((one) => one.content),
    replies: () =>
      all()
        .filter((one) => one.viaApp)
        .map((one) => one.body),
  };
}

/** For looking around afterwards: two workspaces in directories of a repository whose logs everyone could read. */
function addPublicRepository(sandbox: Sandbox): void {
  const { github, meltano } = sandbox;
  const fullName = 'acme/open-data';
  const files = {
    'README.md': '# Open data\n',
    'weather/meltano.yml': MELTANO_YML,
    'traffic/meltano.yml': MELTANO_YML,
  };
  github.addRepository({ fullName, files });
  addExamplePeople(github, fullName);
  for (const name of ['Weather', 'Traffic']) {
    const repositoryDirectory = name.toLowerCase();
    meltano.addWorkspace({ name, repositoryUrl: sandbox.repositoryUrl(fullName), repositoryDirectory });
  }
}
