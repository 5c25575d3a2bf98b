import type { SandboxCheckRun } from '../../sandbox/github/check-model.ts';
import { inWorld, REPOSITORY, type World, type WorldOptions } from './world.ts';

export const FILE = '.github/meltano-deploy.yml';
export const GATE = { [FILE]: 'checks: { gate: true }\n' };
export const BLOCK = { [FILE]: 'checks: { gate: true, project: block }\n' };

/** The required checks of a commit, oldest first. */
export function requiredRuns(world: World, sha: string, repository = REPOSITORY): SandboxCheckRun[] {
  return world.github.checks.runs(repository, sha).filter(({ name }) => name === 'Meltano Deploy');
}

export function untilRequired(
  world: World,
  sha: string,
  holds: (run: SandboxCheckRun) => boolean = () => true,
): Promise<SandboxCheckRun> {
  return world.until(
    () => {
      const run = requiredRuns(world, sha).at(-1);
      return run && holds(run) ? run : null;
    },
    `the required check of ${sha.slice(0, 7)}`,
  );
}

/** The required check once it is decided, optionally with this conclusion. */
export function untilDecided(
  world: World,
  sha: string,
  conclusion?: SandboxCheckRun['conclusion'],
): Promise<SandboxCheckRun> {
  return untilRequired(
    world,
    sha,
    (run) => run.status === 'completed' && (conclusion === undefined || run.conclusion === conclusion),
  );
}

/** A world whose default branch turns the required check on. */
export function inGated(
  play: (world: World, head: string) => Promise<void>,
  { files = GATE, ...options }: WorldOptions & { readonly files?: Record<string, string> } = {},
): Promise<void> {
  return inWorld(async (world) => {
    const head = await world.deployPush({ files });
    await untilDecided(world, head);
    await play(world, head);
  }, options);
}

/** How often a conclusion was written. On a slow machine, a check run may be opened before it is decided. */
export function countDecisions({ history }: SandboxCheckRun): number {
  return history.filter(({ status }) => status === 'completed').length;
}
