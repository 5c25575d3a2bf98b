import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { readProxy, routeFetch } from '../config/outgoing-proxy.ts';
import { readDuration } from './read-duration.ts';
import { createProgress } from './wait/progress.ts';
import { type CommitAddress, createRunReader } from './wait/read-check-runs.ts';
import { type WaitOptions, type WaitResult, waitForDeployments } from './wait/wait-for-deployments.ts';

const USAGE = `Usage: meltano-deploy wait --repo <owner>/<name> --sha <commit> [options]

  --workspace <name or id>  wait for this workspace only; may be repeated
  --appear <time>           how long a deployment may take to appear (default 60s)
  --timeout <time>          how long to wait in all (default 30m)

Waits until the deployments of a commit have ended. Reads GITHUB_TOKEN (which may read checks) and GITHUB_API_URL.
Exit code 0: all ended as success, neutral or skipped, 1: one did not, 2: none appeared, time is over, or GitHub or the
arguments don't allow an answer.`;

const OPTIONS = {
  repo: { type: 'string' },
  sha: { type: 'string' },
  workspace: { type: 'string', multiple: true },
  appear: { type: 'string', default: '60s' },
  timeout: { type: 'string', default: '30m' },
} as const;

/** Waits for the deployments of a commit. Sets the process's exit code. */
export async function runWait(words: string[]): Promise<void> {
  if (words[0] === 'help' || words.includes('--help')) return console.log(USAGE);
  const wanted = readWanted(words);
  const { GITHUB_TOKEN: token = '', GITHUB_API_URL: apiUrl = '' } = process.env;
  const problem = typeof wanted === 'string' ? wanted : judgeEnvironment(token.trim(), apiUrl.trim());
  if (problem !== null || typeof wanted === 'string') {
    console.error(`${problem}.\n\n${USAGE}`);
    process.exitCode = 2;
    return;
  }
  routeFetch(readProxy(process.env).proxy);
  const origin = apiUrl.trim().replace(/\/+$/, '') || 'https://api.github.com';
  const now = () => performance.now();
  const tell = createProgress((line) => console.error(line), now);
  const result = await waitForDeployments(wanted.options, {
    read: createRunReader({ token: token.trim(), apiUrl: origin }, wanted.commit),
    now,
    sleep: (ms) => sleep(ms),
    onProgress: (runs, trouble) => {
      if (process.stderr.isTTY) tell(runs, trouble);
    },
  });
  printResult(result);
  process.exitCode = result.exitCode;
}

function judgeEnvironment(token: string, apiUrl: string): string | null {
  if (token === '') return 'GITHUB_TOKEN is not set';
  const isAddress = apiUrl === '' || /^https?:$/.test(URL.parse(apiUrl)?.protocol ?? '');
  return isAddress ? null : 'GITHUB_API_URL is not an address of the form https://…';
}

/** A text says what is wrong. */
function readWanted(words: string[]): { commit: CommitAddress; options: WaitOptions } | string {
  const values = parse(words);
  if (typeof values === 'string') return values;
  const [, owner, repo] = /^([\w.-]{1,100})\/([\w.-]{1,100})$/.exec(values.repo ?? '') ?? [];
  if (owner === undefined || repo === undefined) return '--repo must be owner/name';
  if (!/^[0-9a-f]{7,64}$/i.test(values.sha ?? ''))
    return '--sha must be a commit, in 7 to 64 hexadecimal digits';
  const [appearMs, timeoutMs] = [readDuration(values.appear), readDuration(values.timeout)];
  if (appearMs === null) return '--appear must be a time such as 90s, 5m or 1h';
  if (timeoutMs === null) return '--timeout must be a time such as 90s, 5m or 1h';
  return {
    commit: { owner, repo, sha: values.sha ?? '' },
    options: { workspaces: values.workspace ?? [], appearMs, timeoutMs },
  };
}

function parse(args: string[]) {
  try {
    return parseArgs({ args, options: OPTIONS }).values;
  } catch (error) {
    return (error as Error).message;
  }
}

function printResult({ runs, problem }: WaitResult): void {
  for (const { name, title, url, conclusion, error, next } of runs) {
    console.log(`${conclusion ?? 'not ended'}: ${name}: ${title} ${url}`.trimEnd());
    if (error !== null) console.log(`  error: ${error}`);
    if (next !== null) console.log(`  next: ${next}`);
  }
  if (problem !== null) console.error(`${problem}.`);
}
