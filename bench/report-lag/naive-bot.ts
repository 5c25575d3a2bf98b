import { Agent, request } from 'undici';
import type { WatchedJob } from '../world/world-messages.ts';

// A simple bot: a loop for each job reads its status and writes its check run.

/** Settings of the loop, sent with the jobs in one message. */
export interface NaiveOptions {
  readonly everyMs: number;
  /** True: reads the log and writes the check run each time. False: writes only the end. */
  readonly writesEachTime: boolean;
}

const dispatcher = new Agent({ connections: 50 });

async function watch(job: WatchedJob, { everyMs, writesEachTime }: NaiveOptions): Promise<void> {
  const run = await write(job, job.checkRunsUrl, 'POST', { status: 'in_progress' });
  const url = `${job.checkRunsUrl}/${run}`;
  // Spreads the first reads.
  setTimeout(look, Math.random() * everyMs);

  async function look(): Promise<void> {
    const isOver = await lookOnce().catch(() => false);
    if (!isOver) setTimeout(look, everyMs);
  }

  async function lookOnce(): Promise<boolean> {
    const { status } = JSON.parse(await read(job, job.jobUrl)) as { status: string };
    const isOver = status === 'COMPLETE';
    const log = isOver || writesEachTime ? await read(job, `${job.jobUrl}/logs?sequence=0`) : '';
    if (!isOver && !writesEachTime) return false;
    const text = `\`\`\`\n${log.slice(-60_000)}\n\`\`\``;
    const output = { title: isOver ? 'Deployed' : 'Running', summary: 'A deployment', text };
    const state = isOver ? { status: 'completed', conclusion: 'success' } : { status: 'in_progress' };
    await write(job, url, 'PATCH', { ...state, output });
    return isOver;
  }
}

async function read(job: WatchedJob, url: string): Promise<string> {
  const answer = await request(url, {
    dispatcher,
    headers: { authorization: `Bearer ${job.meltanoToken}`, accept: 'application/json, text/plain' },
  });
  return answer.body.text();
}

async function write(
  job: WatchedJob,
  url: string,
  method: 'POST' | 'PATCH',
  fields: object,
): Promise<number> {
  const body = method === 'POST' ? { name: 'Deployment', head_sha: job.headSha, ...fields } : fields;
  const answer = await request(url, {
    dispatcher,
    method,
    body: JSON.stringify(body),
    headers: {
      authorization: `Bearer ${job.githubToken}`,
      accept: 'application/vnd.github+json',
      'user-agent': 'naive-bot',
      'content-type': 'application/json',
    },
  });
  const { id, message } = (await answer.body.json()) as { id?: number; message?: string };
  if (id === undefined) throw new Error(`GitHub answered ${answer.statusCode}: ${message}`);
  return id;
}

process.on('message', (message) => {
  if (typeof message !== 'object' || message === null || !('jobs' in message)) return;
  const { jobs, options } = message as { jobs: WatchedJob[]; options: NaiveOptions };
  Promise.all(jobs.map((job) => watch(job, options))).then(
    () => process.send?.({ watching: true }),
    (error: unknown) => {
      console.error(error);
      process.exit(1);
    },
  );
});
// Only the parent keeps the process alive until the jobs arrive.
process.channel?.ref();
process.once('SIGTERM', () => process.exit(0));
