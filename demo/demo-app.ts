import { type AppProcess, type AppProcessInput, startAppProcess, waitUntilReady } from './app-process.ts';

/** The app between the simulated services, in one process after the other. */
export interface DemoApp {
  readonly url: string;
  /** Resolves when a process has ended that nobody ended here, with how. */
  readonly ended: Promise<string>;
  /** `kill -9`; resolves when the process is gone. */
  kill(): Promise<void>;
  /** The same command once more, over the same data and at the same address; resolves when it is ready. */
  startAgain(signal: AbortSignal): Promise<void>;
  stop(): Promise<void>;
}

export async function startDemoApp(input: AppProcessInput): Promise<DemoApp> {
  const { promise: ended, resolve: tellEnd } = Promise.withResolvers<string>();
  const expected = new WeakSet<AppProcess>();
  const start = async (port?: number) => {
    const started = await startAppProcess(port === undefined ? input : { ...input, port });
    void started.ended.then((how) => expected.has(started) || tellEnd(how));
    return started;
  };
  let current = await start();
  return {
    url: current.url,
    ended,
    async kill() {
      expected.add(current);
      await current.kill();
    },
    async startAgain(signal) {
      current = await start(Number(new URL(current.url).port));
      await waitUntilReady(current, signal);
    },
    async stop() {
      expected.add(current);
      await current.stop();
    },
  };
}
