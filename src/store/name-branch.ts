/** The key of what is kept for a branch. `ref`: `refs/heads/…`. */
export function nameBranch(repositoryId: number, ref: string): string {
  return `${repositoryId} ${ref}`;
}
