import type { Deployment } from './deployment.ts';

export type OrderKeys = Pick<Deployment, 'id' | 'sha' | 'before' | 'pushedAt' | 'receivedAt'>;

/**
 * Oldest first: by GitHub's time of the push (whole seconds), then by which push builds on which, then by the time of
 * receipt. GitHub promises no order of deliveries.
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

/** Orders pushes of one second: a push comes after the one whose result it started from. Cycles fall back to receipt. */
function chain<T extends OrderKeys>(group: T[]): T[] {
  const rest = [...group];
  const ordered: T[] = [];
  while (rest.length > 0) {
    const free = rest.findIndex((one) => !rest.some((other) => other !== one && other.sha === one.before));
    ordered.push(...rest.splice(Math.max(free, 0), 1));
  }
  return ordered;
}
