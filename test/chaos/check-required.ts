import type { SandboxCheckRun } from '../../sandbox/github/check-model.ts';
import { findDeciding } from './chaos-gates.ts';
import { REQUIRED_CHECK } from './chaos-requests.ts';
import type { ChaosWorld, GatedRepository } from './chaos-world.ts';

/** The worst first. */
const CONCLUSIONS = ['failure', 'action_required', 'timed_out', 'cancelled', 'success'];
/** Titles of skipped deployments that leave nothing to deploy. */
const NOTHING = /^Skipped: nothing changed since |^Superseded while the app was offline/;

/** What is wrong about the check that can be required: each head has one, with the right conclusion. */
export function checkRequired(world: ChaosWorld): string[] {
  return world.gated.flatMap((repository) =>
    listHeads(world, repository).flatMap((sha) => {
      const name = `${repository.fullName} ${sha.slice(0, 7)}: the required check`;
      const [run] = world.sandbox.github.checks
        .runs(repository.fullName, sha)
        .filter((one) => one.name === REQUIRED_CHECK)
        .toSorted((a, b) => b.id - a.id);
      if (!run) return [`${name} is missing`];
      const wanted = listConclusions(world, repository, sha);
      return wanted.includes(run.conclusion ?? '')
        ? []
        : [
            `${name} is ${run.conclusion ?? run.status} (${run.output.title}) instead of ${wanted.join(' or ')}`,
          ];
    }),
  );
}

/** The commits that were delivered as the head of any branch, or still are. */
function listHeads({ sandbox, pushes }: ChaosWorld, { fullName }: GatedRepository): string[] {
  const head = sandbox.github.branches.head(fullName);
  const unknown = new Set(
    pushes.filter(({ isDelivered, after }) => !isDelivered && after !== head).map(({ after }) => after),
  );
  const delivered = sandbox.github.hook.deliveries
    .filter(({ event, payload }) => event === 'push' && payload['deleted'] !== true)
    .filter(({ payload }) => readName(payload['repository']) === fullName)
    .map(({ payload }) => String(payload['after']));
  const swept = pushes.some(({ after }) => after === head) ? [head] : [];
  return [...new Set([...delivered, ...swept])].filter((sha) => !unknown.has(sha));
}

function readName(repository: unknown): unknown {
  return typeof repository === 'object' && repository !== null && 'full_name' in repository
    ? repository.full_name
    : null;
}

/** The worst of all workspaces. Several are right if it isn't known which check run of a workspace is the newest. */
function listConclusions(world: ChaosWorld, repository: GatedRepository, sha: string): string[] {
  const each = repository.workspaces.map(({ id }) => listResults(world, repository, id, sha));
  const [first = ['success'], second = ['success']] = each;
  const all = first.flatMap((one) => second.map((other) => [one, other]));
  return all.flatMap((both) => CONCLUSIONS.find((one) => both.includes(one)) ?? []);
}

/** What the check runs of a workspace on a commit may count as. `before`: the commits that it replaced. */
function listResults(
  world: ChaosWorld,
  repository: GatedRepository,
  id: string,
  sha: string,
  before: readonly string[] = [],
): string[] {
  const { lasting, replaced } = findDeciding(world, repository, id, sha);
  const successor = replaced && findSuccessor(world, repository, replaced);
  const isFollowed = successor !== null && !before.includes(successor);
  const counted = isFollowed ? listResults(world, repository, id, successor, [...before, sha]) : [];
  const results = [...lasting.map(judge), ...counted];
  return results.length > 0 ? results : ['success'];
}

function judge({ conclusion, output }: SandboxCheckRun): string {
  if (conclusion === 'neutral' || NOTHING.test(output.title ?? '')) return 'success';
  return conclusion === 'skipped' ? 'failure' : (conclusion ?? 'open');
}

/** A replaced deployment counts as the one that replaced it. */
function findSuccessor(
  world: ChaosWorld,
  { fullName }: GatedRepository,
  run: SandboxCheckRun,
): string | null {
  const [, short = ''] = /^Superseded by (\w{7})$/.exec(run.output.title ?? '') ?? [];
  const commits = world.sandbox.github.branches.commits(fullName);
  return commits.find(({ sha }) => short !== '' && sha.startsWith(short))?.sha ?? null;
}
