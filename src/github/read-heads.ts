import type { Heads } from '../domain/conversation.ts';
import type { Repository } from '../domain/deployment.ts';
import { toRef } from '../domain/git-ref.ts';
import type { InstallationOctokit } from './octokit.ts';

interface Answer {
  readonly repository: Readonly<
    Record<string, { readonly target: { readonly oid: string } | null } | null>
  > | null;
}

/**
 * The heads of several branches in one request, for which REST has nothing. Null where GitHub has no such answer: then
 * they are to be read one by one. Throws when it can't answer now.
 */
export async function readHeadsTogether(
  octokit: Pick<InstallationOctokit, 'graphql'>,
  { owner, name }: Repository,
  branches: readonly string[],
): Promise<Heads | null> {
  const refs = branches.map((branch, n) => [`ref${n}`, toRef(branch)] as const);
  try {
    const { repository } = await octokit.graphql<Answer>(writeHeadsQuery(branches.length), {
      owner,
      repository: name,
      ...Object.fromEntries(refs),
    });
    return new Map(branches.map((branch, n) => [branch, repository?.[`ref${n}`]?.target?.oid ?? null]));
  } catch (error) {
    const { status } = error as { status?: number };
    // An answer that is an error in itself has no status.
    if (status !== undefined && status !== 404) throw error;
    return null;
  }
}

/** GraphQL for the heads of `count` branches; it takes `owner`, `repository`, and `ref0` and so on. */
export function writeHeadsQuery(count: number): string {
  const names = Array.from({ length: count }, (_, n) => `ref${n}`);
  const variables = ['owner', 'repository', ...names].map((name) => `$${name}: String!`).join(', ');
  const refs = names.map((name) => `${name}: ref(qualifiedName: $${name}) { target { oid } }`).join(' ');
  return `query Heads(${variables}) { repository(owner: $owner, name: $repository) { ${refs} } }`;
}
