const PREFIX = 'refs/heads/';

export function toRef(branch: string): string {
  return PREFIX + branch;
}

/** Returns null if the ref isn't a branch. */
export function branchOf(ref: string): string | null {
  return ref.startsWith(PREFIX) ? ref.slice(PREFIX.length) : null;
}
