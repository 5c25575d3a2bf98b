import type { ProjectComparison, ProjectResult, WorkspaceErrors } from '../domain/commit-run.ts';
import type { Incomparable } from '../domain/git-tree.ts';
import { checkProject, type ProjectCheck } from '../project/check-project.ts';
import { findLostWork, type LostWorkFound } from '../project/find-lost-work.ts';
import type { Project } from '../project/model.ts';
import type { ParsedFiles } from '../project/parsed-files.ts';
import { planChanges } from '../project/plan/plan.ts';
import { isInside, nameInFolder } from '../project/project-paths.ts';
import type { HistoryCommit, ProjectCommits, ProjectSource, SourceFile } from '../project/project-source.ts';
import { readProject } from '../project/read-project.ts';
import { describeFinding } from '../project/render-findings.ts';
import { type ComparedPlan, type ProjectSection, renderSections } from '../project/render-sections.ts';

const NO_LOSS: LostWorkFound = { lost: [], leftOut: 0 };

/** The reads of one check. */
export interface CommitReads {
  readonly parsed: ParsedFiles;
  open(sha: string): ReturnType<ProjectCommits['open']>;
  /** The commit at which the checked commit branched off from a base. */
  findMergeBase(base: string): Promise<string | null>;
  /** True if the check of a commit found a project. */
  hadProject(sha: string): Promise<boolean>;
  /** The newest commits up to the checked one, or the commits that changed a file. */
  listCommits(path: string | null): Promise<readonly HistoryCommit[]>;
  /** Called when the commits of Meltano Cloud can't be compared. */
  onUnknown(error: unknown): void;
}

/** Null where no workspace has a project. Throws when GitHub can't answer now. */
export async function judgeProjects(
  comparisons: readonly ProjectComparison[],
  sha: string,
  reads: CommitReads,
): Promise<ProjectResult | null> {
  const head = await reads.open(sha);
  if ('kind' in head) return couldNotRead(head.why);
  const files = await head.listFiles();
  const workspaces = Map.groupBy(comparisons, ({ workspaceId }) => workspaceId).values();
  const sections: JudgedWorkspace[] = [];
  for (const own of workspaces) {
    const isThere = holdsProject(files, own[0]?.directory ?? '');
    if (!isThere && !(await mayHaveHeldProject(own, reads))) continue;
    const section = await judgeWorkspace(own, head, reads);
    if (isThere || section.hadManifest) sections.push(section);
  }
  if (sections.length === 0) return null;
  const shown = sections.filter(({ isChanged, isBlocked }) => isChanged || isBlocked);
  return {
    ...renderSections(shown.length > 0 ? shown : sections),
    errors: sections.flatMap(({ errors }) => errors ?? []),
    unread: null,
  };
}

interface JudgedWorkspace extends ProjectSection {
  readonly isChanged: boolean;
  readonly errors: WorkspaceErrors | null;
  /** True if an error prevents the deployment of the workspace. */
  readonly isBlocked: boolean;
  readonly hadManifest: boolean;
}

/** A commit before the first deployment is read only if its check found a project: most repositories have none. */
async function mayHaveHeldProject(
  comparisons: readonly ProjectComparison[],
  reads: CommitReads,
): Promise<boolean> {
  for (const { from, since } of comparisons) {
    if (from !== null && (since !== 'before' || (await reads.hadProject(from)))) return true;
  }
  return false;
}

/** True if there is a file that Meltano Cloud would read. */
function holdsProject(files: readonly SourceFile[], directory: string): boolean {
  const start = directory === '' ? '' : `${directory}/`;
  return files.some(
    ({ path }) =>
      path.startsWith(`${start}pipelines/`) ||
      path.startsWith(`${start}plugins/`) ||
      /^(meltano|workspace(-[^/]+)?)\.yml$/.test(nameInFolder(path, directory) ?? ''),
  );
}

async function judgeWorkspace(
  comparisons: readonly ProjectComparison[],
  head: ProjectSource,
  reads: CommitReads,
): Promise<JudgedWorkspace> {
  const { workspaceName: name = '', directory = '' } = comparisons[0] ?? {};
  const { parsed } = reads;
  const before = await Promise.all(comparisons.map((comparison) => openBefore(comparison, reads)));
  const readBefore = await Promise.all(
    before.map(async (source) =>
      source === null || 'kind' in source ? null : await readProject(source, { directory, parsed }),
    ),
  );
  const hadManifest = readBefore.some((one) => one?.hasManifest);
  const project = await readProject(head, { directory, parsed, hadManifest });
  const check = checkProject(project);
  const errors = countErrors(check, comparisons, readBefore);
  const lostWork = await Promise.all(comparisons.map((comparison) => lookForLostWork(comparison, reads)));
  const plans = comparisons.map((comparison, index): ComparedPlan => {
    const source = before[index] ?? null;
    return {
      heading: describeComparison(comparison),
      lostWork: lostWork[index] ?? NO_LOSS,
      plan:
        source !== null && 'kind' in source ? source.why : planChanges(readBefore[index] ?? null, project),
    };
  });
  return {
    name,
    directory,
    plans,
    check,
    errors,
    isChanged: readBefore.some((one) => one === null || isDifferent(one, project)),
    isBlocked: errors !== null && comparisons.some(({ blocks }) => blocks),
    hadManifest,
  };
}

/** `before`: the compared projects. */
function countErrors(
  { findings }: ProjectCheck,
  comparisons: readonly ProjectComparison[],
  before: readonly (Project | null)[],
): WorkspaceErrors | null {
  const errors = findings.filter(({ level }) => level === 'error');
  const [first] = errors;
  if (!first) return null;
  const deployed = comparisons.findIndex(({ since }) => since === 'deployed');
  const old = before[deployed];
  const hasStood =
    old &&
    checkProject(old).findings.some(
      ({ code, path, message }) => code === first.code && path === first.path && message === first.message,
    );
  return {
    workspaceId: comparisons[0]?.workspaceId ?? '',
    first: describeFinding(first),
    count: errors.length,
    since: hasStood ? (comparisons[deployed]?.from ?? null) : null,
  };
}

async function openBefore(
  { from, since }: ProjectComparison,
  reads: CommitReads,
): Promise<Awaited<ReturnType<CommitReads['open']>> | null> {
  if (since === 'unknown') return NEVER_DEPLOYED;
  if (from === null) return null;
  const sha = typeof since === 'number' ? await reads.findMergeBase(from) : from;
  return sha === null ? UNRELATED : reads.open(sha);
}

const UNRELATED: Incomparable = {
  kind: 'incomparable',
  why: 'GitHub shows no common commit of the two branches',
};

const NEVER_DEPLOYED: Incomparable = {
  kind: 'incomparable',
  why: 'the app knows neither a deployment nor the push of the commit',
};

/** Finds the work of people that Meltano Cloud's commits removed. Never fails: a text says why it is unknown. */
async function lookForLostWork(
  { cloudCommits = [], directory }: ProjectComparison,
  reads: CommitReads,
): Promise<LostWorkFound | string> {
  const own = cloudCommits.map(({ sha, paths }) => ({
    sha,
    paths: paths.filter((path) => isInside(path, directory)),
  }));
  try {
    return await findLostWork(own, {
      listCommits: reads.listCommits,
      async open(sha) {
        const source = await reads.open(sha);
        if ('kind' in source) throw new Error(source.why);
        return source;
      },
    });
  } catch (error) {
    reads.onUnknown(error);
    return 'GitHub was not available';
  }
}

function isDifferent(before: Project, after: Project): boolean {
  if (before.files.size !== after.files.size) return true;
  return after.files.values().some(({ path, sha, mode }) => {
    const old = before.files.get(path);
    return old?.sha !== sha || old.mode !== mode;
  });
}

function describeComparison({ from, since }: ProjectComparison): string {
  if (typeof since === 'number') return `What pull request #${since} changes`;
  if (since === 'unknown') return 'What changes';
  if (from === null) return 'What is new';
  const commit = from.slice(0, 7);
  return since === 'deployed'
    ? `What changes since ${commit}, the last successful deployment`
    : `What changes since ${commit}, before the push`;
}

export const NOT_COMPARED: ProjectResult = {
  conclusion: 'neutral',
  title: 'No longer checked',
  summary:
    "No workspace tracks the pull request's new base branch. The results for the earlier one no longer count.",
  annotations: [],
  errors: [],
  unread: null,
};

export function couldNotRead(why: string): ProjectResult {
  return {
    conclusion: 'neutral',
    title: 'The project could not be read',
    summary: `The project wasn't checked: ${why}. The deployment doesn't depend on it.`,
    annotations: [],
    errors: [],
    unread: why,
  };
}
