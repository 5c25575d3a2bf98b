import { join } from 'node:path';
import { findFreePort } from '../../sandbox/http/find-free-port.ts';
import type { Cleanup } from './cleanup.ts';
import { MeasuredProcess } from './measured-process.ts';

const SERVE = join(import.meta.dirname, '../../bin/serve');

export interface StartedApp {
  readonly process: MeasuredProcess;
  readonly url: string;
  /** From the spawn to the first 200 of `/readyz`. */
  readonly readyMs: number;
}

export interface AppOptions {
  readonly env: Readonly<Record<string, string>>;
  /** The folder and port of an earlier process. Default: a new folder and a free port. */
  readonly home?: AppHome;
}

/** Survives a restart of the app. */
export interface AppHome {
  readonly directory: string;
  readonly port: number;
}

export async function makeHome(cleanup: Cleanup): Promise<AppHome> {
  return { directory: cleanup.folder(), port: await findFreePort() };
}

/** Starts the app from the command line like an operator. `cleanup` stops it. */
export async function startApp({ env, home }: AppOptions, cleanup: Cleanup): Promise<StartedApp> {
  const { directory, port } = home ?? (await makeHome(cleanup));
  const url = `http://127.0.0.1:${port}`;
  const process = new MeasuredProcess({
    script: SERVE,
    startsNode: true,
    cwd: directory,
    env: {
      HOST: '127.0.0.1',
      PORT: String(port),
      DATA_DIR: join(directory, 'data'),
      NODE_ENV: 'production',
      LOG_LEVEL: 'info',
      LOG_FORMAT: 'json',
      ...env,
    },
  });
  cleanup.add(() => process.stop());
  return { process, url, readyMs: await process.ready(`${url}/readyz`, [200]) };
}
