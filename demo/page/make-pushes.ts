import type { PushResult } from '../../sandbox/github/branch-moves.ts';
import type { SandboxRepository } from '../../sandbox/github/model.ts';
import type { SandboxWorkspace } from '../../sandbox/meltano/sandbox-workspace.ts';
import type { Sandbox } from '../../sandbox/sandbox.ts';
import { PUSH_KINDS, type PushKindName, trimDirectory } from './push-kinds.ts';

const JOB_WAIT_MS = 10_000;

interface PushTarget {
  readonly repository: SandboxRepository;
  /** Null: the root of the default branch. */
  readonly workspace: SandboxWorkspace | null;
}

/** Makes the pushes that the page offers, and scripts their jobs. */
export interface PushMaker {
  push(target: PushTarget, kind: PushKindName): PushResult;
  /** One long deployment, then two more pushes. The third supersedes the second. */
  pushThree(target: PushTarget): PushResult;
}

/** Wraps the present script of Meltano Cloud, which stays in use for other commits. */
export function createPushMaker({ github, meltano }: Sandbox): PushMaker {
  const kinds = new Map<string, PushKindName>();
  const otherwise = meltano.script;
  let revision = 0;
  meltano.script = (context) => {
    const kind = context.commitId === null ? undefined : kinds.get(context.commitId);
    return kind === undefined ? otherwise(context) : PUSH_KINDS[kind].script(context);
  };

  function push({ repository, workspace }: PushTarget, kind: PushKindName): PushResult {
    revision += 1;
    const { files, message } = PUSH_KINDS[kind];
    const directory = trimDirectory(workspace?.repositoryDirectory);
    const paths = Object.entries(files(revision)).map(([path, content]) => [
      directory === '' ? path : `${directory}/${path}`,
      content,
    ]);
    const result = github.branches.push({
      repository: repository.fullName,
      branch: workspace?.repositoryBranch || repository.defaultBranch,
      files: Object.fromEntries(paths),
      message,
    });
    kinds.set(result.after, kind);
    return result;
  }

  async function pushTwoMore(target: PushTarget, first: string): Promise<void> {
    const isFirst = (job: { commitId: string | null }) => job.commitId === first;
    const started = () => meltano.jobs.some(isFirst);
    await meltano.waitFor(started, 'the first job', JOB_WAIT_MS).catch(() => undefined);
    push(target, 'succeeds');
    const { promise, resolve } = Promise.withResolvers<void>();
    setTimeout(resolve, 1500).unref();
    await promise;
    push(target, 'succeeds');
  }

  return {
    push,
    pushThree(target) {
      const result = push(target, 'busy');
      // Somebody may have deleted the branch meanwhile.
      void pushTwoMore(target, result.after).catch(() => undefined);
      return result;
    },
  };
}
