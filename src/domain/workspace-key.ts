/** A workspace is its id at one account: two accounts, each with a server of its own, may name the same id. */
export interface WorkspaceKey {
  /** The key of the Meltano Cloud account. */
  readonly account: string;
  readonly workspaceId: string;
}

/** A workspace as one repository deploys it: it may have been another repository's before. */
export interface RepositoryWorkspace extends WorkspaceKey {
  readonly repositoryId: number;
}

/** As the queues, their leases and maps name it. An account's key has no slash in it. */
export function formatWorkspaceKey({ account, workspaceId }: WorkspaceKey): string {
  return `${account}/${workspaceId}`;
}

export function parseWorkspaceKey(text: string): WorkspaceKey {
  const slash = text.indexOf('/');
  if (slash < 0) throw new Error(`"${text}" is no key of a workspace.`);
  return {
    account: text.slice(0, slash),
    workspaceId: text.slice(slash + 1),
  };
}
