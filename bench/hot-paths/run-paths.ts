import { randomUUID } from 'node:crypto';
import { parseCommand } from '../../src/commands/parse-command.ts';
import { listReferences } from '../../src/domain/match-workspaces.ts';
import type { Workspace } from '../../src/domain/workspace.ts';
import { cleanLogLine } from '../../src/logs/clean-log-line.ts';
import { createLogExcerptBuilder } from '../../src/logs/log-excerpt-builder.ts';
import { createRedactor } from '../../src/logs/redact.ts';
import { checkProject } from '../../src/project/check-project.ts';
import { ParsedFiles } from '../../src/project/parsed-files.ts';
import { readProject } from '../../src/project/read-project.ts';
import { renderCheckRun } from '../../src/reporting/render/render-check-run.ts';
import { MemorySource } from '../../test/unit/project/memory-source.ts';
import { makeView } from '../../test/unit/reporting/render/make-check-run-view.ts';
import { makeLog } from './make-log.ts';
import { makeProject } from './make-project.ts';
import { type Measured, measure } from './measure.ts';

export interface PathResult extends Measured {
  readonly path: string;
  /** How much was done, in `unit`. */
  readonly amount: number;
  readonly unit: 'MB' | 'times';
}

const MB = 1024 * 1024;
const WORKSPACES = 10_000;
const COMMENT = `I think the **orders** model is wrong, see [the run](https://example.com/runs/1).

> /redeploy analytics

\`\`\`
/meltano status
\`\`\`

/meltano redeploy "Analytics (prod)" --branch main
`;

/** The paths that every log line, comment and push takes. Nothing but their own work is counted. */
export async function* runPaths(megabytes: number): AsyncGenerator<PathResult> {
  const batches = [...makeLog(megabytes * MB)];
  const redactor = createRedactor({ secrets: [randomUUID(), randomUUID()] });
  // The scanner's rules are loaded with the first line.
  await redactor.forLog().redactLines(['']);
  const overLog = async (path: string, work: () => unknown): Promise<PathResult> => ({
    path,
    amount: megabytes,
    unit: 'MB',
    ...(await measure(work)),
  });
  yield overLog('clean log lines', () => {
    for (const batch of batches) for (const line of batch) cleanLogLine(line);
  });
  yield overLog('redact log lines', async () => {
    const log = redactor.forLog();
    for (const batch of batches) await log.redactLines(batch);
  });
  const builder = createLogExcerptBuilder(redactor);
  yield overLog('a log from raw lines to its excerpt', async () => {
    for (const batch of batches) await builder.add(batch);
  });
  const times = async (path: string, amount: number, work: () => unknown): Promise<PathResult> => ({
    path,
    amount,
    unit: 'times',
    ...(await measure(() => {
      for (let number = 0; number < amount; number += 1) work();
    })),
  });
  const view = makeView({ state: 'running' }, { log: builder.excerpt(false) });
  yield times('render a check run with a full log', 500, () => renderCheckRun(view));
  yield times('find the command in a comment', 5_000, () => parseCommand(COMMENT));
  const workspaces = Array.from({ length: WORKSPACES }, (_, number) => makeWorkspace(number));
  const about = { host: 'github.com', mappings: [], names: new Set(['acme/data-7']) };
  // What is found out about an address is kept with its workspace: each list is really new, also when it is measured again.
  const lists = Array.from({ length: 20 }, () => workspaces.map((one) => ({ ...one })));
  yield times(`match ${WORKSPACES} workspaces, a new list`, lists.length / 2, () =>
    listReferences(lists.pop() ?? [], about),
  );
  yield times(`match ${WORKSPACES} workspaces, a known list`, 100, () => listReferences(workspaces, about));
  yield checkProjects('check a project of 1,000 files', () => new ParsedFiles());
  const parsed = new ParsedFiles();
  yield checkProjects('check it again', () => parsed);
}

async function checkProjects(path: string, open: () => ParsedFiles): Promise<PathResult> {
  const source = new MemorySource(makeProject());
  const amount = 10;
  const measured = await measure(async () => {
    for (let number = 0; number < amount; number += 1) {
      checkProject(await readProject(source, { directory: '', parsed: open() }));
    }
  });
  return {
    path,
    amount,
    unit: 'times',
    ...measured,
  };
}

function makeWorkspace(number: number): Workspace {
  return {
    id: randomUUID(),
    name: `Analytics ${number}`,
    alias: null,
    branch: 'main',
    directory: null,
    repositoryUrl: `https://github.com/acme/data-${number}.git`,
    environment: 'prod',
  };
}
