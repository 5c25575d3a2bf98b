import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createBlockView } from './block-view.ts';
import { type DemoApp, startDemoApp, waitUntilReady } from './demo-app.ts';
import type { DemoView } from './demo-view.ts';
import { judgeDemo } from './judge-demo.ts';
import { createLineView } from './line-view.ts';
import { TOKEN_VARIABLE, writeAccounts } from './places.ts';
import { isAboutCommit, type Stage, setStage } from './stage.ts';
import { listenToSignals } from './stop-signals.ts';
import { findBrowser, NO_BROWSER, takePictures } from './take-pictures.ts';
import { tellResults } from './tell-results.ts';
import { playTour } from './tour.ts';

/** The acts take about 75 s. */
const LIMIT_MS = 240_000;
const INTERRUPTED = 130;

export interface DemoOptions {
  readonly keep: boolean;
  /** The folder for pictures of the simulated GitHub, which are taken after a tour without problems. Null: no pictures. */
  readonly pictures: string | null;
}

/** Plays the tour, stops everything, and returns the exit code. */
export async function playDemo({ keep, pictures: folder }: DemoOptions): Promise<number> {
  const program = folder === null ? null : findBrowser();
  if (folder !== null && program === null) {
    console.error(NO_BROWSER);
    return 1;
  }
  const { stdout } = process;
  const view = stdout.isTTY ? createBlockView(stdout) : createLineView(stdout);
  const signals = listenToSignals();
  const directory = await mkdtemp(join(tmpdir(), 'meltano-deploy-demo-'));
  const logFile = join(directory, 'app.log');
  const stage = await setStage();
  let app: DemoApp | null = null;
  let code = 1;
  try {
    view.say('Starting a simulated GitHub, a simulated Meltano Cloud and the app ...');
    const environment = await prepareEnvironment(stage, directory);
    app = await startDemoApp({ environment, directory, logFile });
    const startedAt = Date.now();
    const problems = await perform(stage, view, { app, interrupted: signals.interrupted });
    code = signals.interrupted.aborted ? INTERRUPTED : problems.length > 0 ? 1 : 0;
    if (code !== INTERRUPTED)
      await tellResults(stage, view, { problems, logFile, keep, ms: Date.now() - startedAt });
    if (code === 0 && folder !== null && program !== null) {
      for (const file of await takePictures(stage, { program, folder })) view.say(`Wrote ${file}`);
    }
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

async function prepareEnvironment({ sandbox }: Stage, directory: string): Promise<Record<string, string>> {
  const accounts = join(directory, 'accounts.yml');
  await writeFile(accounts, writeAccounts(sandbox));
  return { ...sandbox.appEnvironment(), ACCOUNTS_FILE: accounts, [TOKEN_VARIABLE]: sandbox.meltano.token };
}

interface Running {
  readonly app: DemoApp;
  readonly interrupted: AbortSignal;
}

/** Plays the acts within the time limit and returns the problems. */
async function perform(stage: Stage, view: DemoView, { app, interrupted }: Running): Promise<string[]> {
  const { github } = stage.sandbox;
  const stop = new AbortController();
  const limit = AbortSignal.timeout(LIMIT_MS);
  const over = AbortSignal.any([interrupted, limit, stop.signal]);
  const cut = new Promise<never>((_, reject) => {
    over.addEventListener('abort', () => reject(over.reason));
    void app.ended.then((how) => reject(new Error(`The app ended ${how}`)));
  });
  const stopListening = github.checks.listen((run) => {
    if (!isAboutCommit(run)) view.showRun(run);
  });
  const play = async () => {
    await waitUntilReady(app, over);
    github.hook.url = `${app.url}/api/github/webhooks`;
    view.say(`Ready. To watch it in a browser, open ${github.origin}`);
    await playTour({ stage, app, signal: over }, view);
  };
  try {
    await Promise.race([play(), cut]);
    return judgeDemo(stage);
  } catch (error) {
    if (interrupted.aborted) return [];
    const what = limit.aborted
      ? `The demo did not finish within ${LIMIT_MS / 1000} s`
      : (error as Error).message;
    return [`${what}.`, ...judgeDemo(stage)];
  } finally {
    view.closeScene();
    stopListening();
    stop.abort();
  }
}

/** Waits for Ctrl-C or the end of the app. */
async function stayUp(
  stage: Stage,
  view: DemoView,
  { app, interrupted, logFile }: { app: DemoApp; interrupted: AbortSignal; logFile: string },
): Promise<void> {
  const { github, meltano } = stage.sandbox;
  view.say(`
Everything keeps running until you press Ctrl-C.

  Simulated GitHub, in your browser    ${github.origin}
  The app                              ${app.url}/readyz
                                       ${app.url}/metrics
                                       ${logFile} (its log)
  Simulated Meltano Cloud              ${meltano.apiUrl} (API)
                                       ${meltano.origin}/workspaces/${stage.places.analytics.workspace.id}
`);
  const interruption = new Promise<null>((resolve) => {
    if (interrupted.aborted) resolve(null);
    interrupted.addEventListener('abort', () => resolve(null));
  });
  const ended = await Promise.race([app.ended, interruption]);
  view.say(ended === null ? 'Stopping ...' : `The app ended ${ended}.`);
}
