import type { Logger } from 'pino';
import type { Clock } from '../domain/clock.ts';
import type {
  CommitRun,
  CommitRunStore,
  ProjectComparison,
  ProjectResult,
  ProjectVerdict,
} from '../domain/commit-run.ts';
import type { Repository } from '../domain/deployment.ts';
import type { RepositoryReader } from '../domain/repository-store.ts';
import { chooseRetryDelay } from '../domain/retry-delay.ts';
import { checkProject } from '../project/check-project.ts';
import { findLostWork, type LostWorkFound } from '../project/find-lost-work.ts';
import type { Project } from '../project/model.ts';
import { planChanges } from '../project/plan/plan.ts';
import { isInside, nameInFolder } from '../project/project-paths.ts';
import type { HistoryCommit, ProjectCommits, ProjectSource, SourceFile } from '../project/project-source.ts';
import { readProject } from '../project/read-project.ts';
import { type ComparedPlan, type ProjectSection, renderSections } from '../project/render-sections.ts';
import type { Reporter } from '../reporting/reporter.ts';

/** For so long a project is tried to be read; then the check run says that it couldn't be (milliseconds). */
const GIVE_UP_MS = 10 * 60_000;
/** How often it is looked whether GitHub takes requests again (milliseconds). */
const LONGEST_WAIT_MS = 5 * 60_000;

export interface ProjectCheckerPorts {
  readonly store: CommitRunStore;
  readonly repositories: RepositoryReader;
  readonly commits: ProjectCommits;
  /** In how many milliseconds the installation's requests are worth a try; 0 for now. */
  readonly whenToAsk: (installationId: number) => number;
  readonly reporter: Pick<Reporter, 'commitJudged'>;
  readonly clock: Clock;
  readonly random: () => number;
  readonly log: Logger;
}

const NO_LOSS: LostWorkFound = { lost: [], leftOut: 0 };

/** Checks the projects of a commit, beside its deployments and never before them. */
export class ProjectChecker {
  readonly #ports: ProjectCheckerPorts;
  /** By the id of a run: since when it fails (`elapsed`), and how often it did. */
  readonly #failing = new Map<string, { readonly since: number; readonly attempts: number }>();

  constructor(ports: ProjectCheckerPorts) {
    this.#ports = ports;
  }

  /** The handler of the queue `project`: in how many milliseconds to try again, or null when nothing is left to do. */
  async check(id: string): Promise<number | null> {
    const { store, repositories, reporter, whenToAsk, log } = this.#ports;
    const run = await store.getCommitRun(id);
    if (run?.state !== 'waiting' || run.verdict.kind !== 'project') return null;
    const repository = await repositories.getRepository(run.repositoryId);
    if (!repository) return null;
    const waitMs = whenToAsk(repository.installationId);
    if (waitMs > 0) return Math.min(waitMs, LONGEST_WAIT_MS);
    const judged = await this.#tryJudge(run, run.verdict, repository);
    if (typeof judged === 'number') return judged;
    // A check run that is shown must not stand as if it were current.
    const result = judged ?? (run.revision > 0 ? NOT_COMPARED : null);
    const concluded = await store.concludeProjectRun(run, result);
    // Something else was asked for meanwhile.
    if (!concluded) return 0;
    log.info(
      { repository: run.repositoryId, sha: run.sha, conclusion: result?.conclusion ?? 'none' },
      'Project checked',
    );
    if (result) reporter.commitJudged(concluded);
    return null;
  }

  async #tryJudge(
    run: CommitRun,
    verdict: ProjectVerdict,
    repository: Repository,
  ): Promise<ProjectResult | number | null> {
    const { clock, random, log, commits } = this.#ports;
    try {
      const result = await judgeProjects(verdict.comparisons, run.sha, {
        open: (sha) => commits.open(repository, sha),
        findMergeBase: (base) => commits.findMergeBase(repository, base, run.sha),
        listCommits: (path) => commits.listCommits(repository, run.sha, path),
        onUnknown: (err) =>
          log.warn(
            { err, repository: run.repositoryId, sha: run.sha },
            'Commits of Meltano Cloud could not be compared',
          ),
      });
      this.#failing.delete(run.id);
      return result;
    } catch (error) {
      const before = this.#failing.get(run.id) ?? { since: clock.elapsed(), attempts: 0 };
      const attempts = before.attempts + 1;
      const isOver = clock.elapsed() - before.since >= GIVE_UP_MS;
      log.warn(
        { err: error, repository: run.repositoryId, sha: run.sha, attempts },
        'A project could not be read',
      );
      if (isOver) this.#failing.delete(run.id);
      else this.#failing.set(run.id, { since: before.since, attempts });
      return isOver ? couldNotRead('GitHub could not be asked') : chooseRetryDelay(attempts, null, random());
    }
  }
}

/** The reads of one check. */
interface CommitReads {
  open(sha: string): ReturnType<ProjectCommits['open']>;
  /** Where the checked commit parted from a base. */
  findMergeBase(base: string): Promise<string | null>;
  /** The newest commits up to the checked one, or those that changed a file. */
  listCommits(path: string | null): Promise<readonly HistoryCommit[]>;
  /** Told when the commits of Meltano Cloud can't be compared. */
  onUnknown(error: unknown): void;
}

/** Null where no workspace has a project. Throws when GitHub can't answer now. */
async function judgeProjects(
  comparisons: readonly ProjectComparison[],
  sha: string,
  reads: CommitReads,
): Promise<ProjectResult | null> {
  const head = await reads.open(sha);
  if ('kind' in head) return couldNotRead(head.why);
  const files = await head.listFiles();
  const workspaces = Map.groupBy(comparisons, ({ workspaceId }) => workspaceId).values();
  const sections: (ProjectSection & { readonly isChanged: boolean })[] = [];
  for (const own of workspaces) {
    const directory = own[0]?.directory ?? '';
    if (holdsProject(files, directory)) sections.push(await judgeWorkspace(own, head, reads));
  }
  if (sections.length === 0) return null;
  const changed = sections.filter(({ isChanged }) => isChanged);
  return renderSections(changed.length > 0 ? changed : sections);
}

/** Whether there is anything that Meltano Cloud would read. */
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
): Promise<ProjectSection & { readonly isChanged: boolean }> {
  const { workspaceName: name = '', directory = '' } = comparisons[0] ?? {};
  const before = await Promise.all(comparisons.map((comparison) => openBefore(comparison, reads)));
  const readBefore = await Promise.all(
    before.map(async (source) =>
      source === null || 'kind' in source ? null : await readProject(source, { directory }),
    ),
  );
  const project = await readProject(head, {
    directory,
    hadManifest: readBefore.some((one) => one?.hasManifest),
  });
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
    check: checkProject(project),
    isChanged: readBefore.some((one) => one === null || isDifferent(one, project)),
  };
}

async function openBefore(
  { from, since }: ProjectComparison,
  reads: CommitReads,
): Promise<Awaited<ReturnType<CommitReads['open']>> | null> {
  if (from === null) return null;
  const sha = typeof since === 'number' ? await reads.findMergeBase(from) : from;
  return sha === null ? null : reads.open(sha);
}

/** The work of people that Meltano Cloud's commits of a push took. Never fails: a text says why it isn't known. */
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
    return 'GitHub could not be asked';
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
  if (from === null) return 'What is new';
  const commit = from.slice(0, 7);
  return since === 'deployed'
    ? `What changes since ${commit}, the last successful deployment`
    : `What changes since ${commit}, before the push`;
}

const NOT_COMPARED: ProjectResult = {
  conclusion: 'neutral',
  title: 'Not checked any more',
  summary:
    "No workspace tracks the pull request's new base branch. What this check run found for the earlier one doesn't count.",
  annotations: [],
};

function couldNotRead(why: string): ProjectResult {
  return {
    conclusion: 'neutral',
    title: 'The project could not be read',
    summary: `The project wasn't checked: ${why}. The deployment doesn't depend on it.`,
    annotations: [],
  };
}
