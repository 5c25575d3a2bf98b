import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { playActs } from './acts.ts';
import { type AppProcess, startAppProcess, waitUntilReady } from './app-process.ts';
import { createDemoView, type DemoView } from './demo-view.ts';
import { judgeDemo } from './judge-demo.ts';
import { renderResults } from './result-table.ts';
import { isFileCheck, type Stage, setStage } from './stage.ts';
import { listenToSignals } from './stop-signals.ts';

/** The acts take about 55 s. */
const LIMIT_MS = 90_000;
const INTERRUPTED = 130;
const LOG_LINES = 10;

/** Resolves with the exit code, when everything that was started has ended. */
export async function playDemo({ keep }: { keep: boolean }): Promise<number> {
  const view = createDemoView(process.stdout);
  const signals = listenToSignals();
  const directory = await mkdtemp(join(tmpdir(), 'meltano-deploy-demo-'));
  const logFile = join(directory, 'app.log');
  const stage = await setStage();
  let app: AppProcess | null = null;
  let code = 1;
  try {
    view.say('Starting a simulated GitHub, a simulated Meltano Cloud, and the app between them ...');
    const environment = stage.sandbox.appEnvironment();
    app = await startAppProcess({ environment, directory, logFile });
    const problems = await perform(stage, view, { app, interrupted: signals.interrupted });
    code = signals.interrupted.aborted ? INTERRUPTED : problems.length > 0 ? 1 : 0;
    if (code !== INTERRUPTED) await tellResults(stage, view, { problems, logFile, keep });
    if (code !== INTERRUPTED && keep)
      await stayUp(stage, view, { app, logFile, interrupted: signals.interrupted });
    return code;
  } finally {
    await app?.stop();
    await stage.sandbox.stop();
    signals.forget();
    await rm(code === 1 ? join(directory, 'data') : directory, { recursive: true, force: true });
  }
}

interface Running {
  readonly app: AppProcess;
  readonly interrupted: AbortSignal;
}

/** Plays the acts within the limit; resolves with what did not come as it should. */
async function perform(stage: Stage, view: DemoView, { app, interrupted }: Running): Promise<string[]> {
  const { github } = stage.sandbox;
  const stop = new AbortController();
  const limit = AbortSignal.timeout(LIMIT_MS);
  const over = AbortSignal.any([interrupted, limit, stop.signal]);
  const cut = new Promise<never>((_, reject) => {
    over.addEventListener('abort', () => reject(over.reason));
    void app.ended.then((how) => reject(new Error(`The app ended ${how}`)));
  });
  const stopListening = github.onCheckRun((run) => {
    if (!isFileCheck(run)) view.showRun(run);
  });
  const play = async () => {
    await waitUntilReady(app, over);
    github.webhookUrl = `${app.url}/api/github/webhooks`;
    view.say(`Ready. You can watch it in a browser too: ${github.origin}`);
    await playActs(stage, view, over);
  };
  try {
    await Promise.race([play(), cut]);
    return judgeDemo(stage);
  } catch (error) {
    if (interrupted.aborted) return [];
    const what = limit.aborted
      ? `The demo did not end within ${LIMIT_MS / 1000} s`
      : (error as Error).message;
    return [`${what}.`, ...judgeDemo(stage)];
  } finally {
    view.closeAct();
    stopListening();
    stop.abort();
  }
}

async function tellResults(
  stage: Stage,
  view: DemoView,
  { problems, logFile, keep }: { problems: readonly string[]; logFile: string; keep: boolean },
): Promise<void> {
  if (stage.pushes.length > 0) view.say(`\n${renderResults(stage, process.stdout)}`);
  if (problems.length > 0) {
    const log = await readFile(logFile, 'utf8').catch(() => '');
    const last = log.trimEnd().split('\n').slice(-LOG_LINES);
    view.say(`\nThe demo failed:\n${problems.map((problem) => `  - ${problem}`).join('\n')}`);
    view.say(`\nThe app's log is ${logFile}; it ends with:\n${last.map((line) => `  ${line}`).join('\n')}`);
    return;
  }
  view.say('\nEverything came as expected.');
  if (keep) return;
  view.say('To look around in the browser and push by yourself: npm run demo -- --keep');
  view.say('To install it on your own repositories: README.md');
}

async function stayUp(
  stage: Stage,
  view: DemoView,
  { app, interrupted, logFile }: Running & { logFile: string },
): Promise<void> {
  const { github, meltano } = stage.sandbox;
  view.say(`
Everything goes on running until Ctrl-C.

  Simulated GitHub, for your browser   ${github.origin}
  The app                              ${app.url}/readyz
                                       ${app.url}/metrics
                                       ${logFile} (its log)
  Simulated Meltano Cloud              ${meltano.apiUrl} (API)
                                       ${meltano.origin}/workspaces/${stage.workspace.id}
`);
  const interruption = new Promise<null>((resolve) => {
    if (interrupted.aborted) resolve(null);
    interrupted.addEventListener('abort', () => resolve(null));
  });
  const ended = await Promise.race([app.ended, interruption]);
  view.say(ended === null ? 'Stopping ...' : `The app ended ${ended}.`);
}
