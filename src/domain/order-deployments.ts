/** The fields of a deployment that determine its order. */
export interface OrderKeys {
  readonly sha: string;
  readonly before: string | null;
  readonly pushedAt: number;
  readonly receivedAt: number;
}

/**
 * Sorts oldest first: by GitHub's time of the push (whole seconds), then a push after the one that it builds on, then by the
 * time of receipt. GitHub guarantees no order of deliveries.
 */
export function orderDeployments<T extends OrderKeys>(deployments: readonly T[]): T[] {
  const sorted = deployments.toSorted((a, b) => a.pushedAt - b.pushedAt || a.receivedAt - b.receivedAt);
  const ordered: T[] = [];
  for (let start = 0; start < sorted.length; ) {
    let end = start + 1;
    while (end < sorted.length && sorted[end]?.pushedAt === sorted[start]?.pushedAt) end += 1;
    ordered.push(...chain(sorted.slice(start, end)));
    start = end;
  }
  return ordered;
}

/** Sorts pushes of the same second: a push follows the one whose head it started from. In cycles, keeps the order of receipt. */
function chain<T extends OrderKeys>(group: T[]): T[] {
  const rest = [...group];
  const ordered: T[] = [];
  while (rest.length > 0) {
    const free = rest.findIndex((one) => !rest.some((other) => other !== one && other.sha === one.before));
    ordered.push(...rest.splice(Math.max(free, 0), 1));
  }
  return ordered;
}
