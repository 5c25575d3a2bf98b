import type { Exchange } from '../../sandbox/http/http-service.ts';
import type { WorldCounts } from './world-messages.ts';

const JOB = /^\/api\/jobs\/([0-9a-f-]{36})$/;
const LOG = /^\/api\/jobs\/[0-9a-f-]{36}\/logs/;

/** Counts the requests to both services. `quietJobs` holds the ids of jobs without log lines. */
export function countRequests(
  github: readonly Exchange[],
  meltano: readonly Exchange[],
  quietJobs: readonly string[],
): Omit<WorldCounts, 'seconds'> {
  const reads = new Map<string, number>();
  let [statusReads, logReads] = [0, 0];
  for (const { path } of meltano) {
    const id = JOB.exec(path)?.[1];
    if (id) reads.set(id, (reads.get(id) ?? 0) + 1);
    if (id) statusReads += 1;
    else if (LOG.test(path)) logReads += 1;
  }
  const githubWrites = github.filter(
    ({ method, path }) => method !== 'GET' && !path.endsWith('/access_tokens'),
  );
  return {
    statusReads,
    logReads,
    otherReads: meltano.length - statusReads - logReads,
    githubWrites: githubWrites.length,
    githubReads: github.length - githubWrites.length,
    mostQuietReads: quietJobs.reduce((most, id) => Math.max(most, reads.get(id) ?? 0), 0),
  };
}
