import { join } from 'node:path';
import pg from 'pg';
import { findFreePort } from '../../sandbox/http/find-free-port.ts';
import type { Cleanup } from '../processes/cleanup.ts';
import { MeasuredProcess } from '../processes/measured-process.ts';
import { type StartedApp, startApp } from '../processes/start-app.ts';

export interface Receiver {
  readonly name: string;
  start(env: Readonly<Record<string, string>>, cleanup: Cleanup): Promise<StartedApp>;
}

/** The first one is the peer that the others are compared with. */
export function listReceivers(databaseUrl: string | null): [Receiver, ...Receiver[]] {
  const embedded = { name: 'Meltano Deploy, embedded database', start: startEmbedded };
  if (!databaseUrl) return [BARE, embedded];
  return [
    BARE,
    embedded,
    {
      name: 'Meltano Deploy, PostgreSQL',
      start: async (env, cleanup) => {
        const DATABASE_URL = await makeDatabase(databaseUrl, cleanup);
        return startEmbedded({ ...env, DATABASE_URL }, cleanup);
      },
    },
  ];
}

const BARE: Receiver = {
  name: 'Bare Probot app',
  async start({ APP_ID = '', PRIVATE_KEY = '', WEBHOOK_SECRET = '' }, cleanup) {
    const port = await findFreePort();
    const url = `http://127.0.0.1:${port}`;
    const process = new MeasuredProcess({
      script: join(import.meta.dirname, 'bare-app.mjs'),
      env: {
        APP_ID,
        PRIVATE_KEY,
        WEBHOOK_SECRET,
        HOST: '127.0.0.1',
        PORT: String(port),
        LOG_LEVEL: 'info',
        LOG_FORMAT: 'json',
        NODE_ENV: 'production',
      },
    });
    cleanup.add(() => process.stop());
    // It has no pages, so any answer means that it is ready.
    return { process, url, readyMs: await process.ready(`${url}/readyz`, [200, 404]) };
  },
};

const startEmbedded: Receiver['start'] = (env, cleanup) => startApp({ env }, cleanup);

/** Creates a database for this run. */
async function makeDatabase(serverUrl: string, cleanup: Cleanup): Promise<string> {
  const name = `bench_${process.pid}_${Date.now()}`;
  const execute = async (statement: string) => {
    const client = new pg.Client({ connectionString: serverUrl });
    await client.connect();
    await client.query(statement).finally(() => client.end());
  };
  await execute(`create database ${name}`);
  cleanup.add(() => execute(`drop database if exists ${name} with (force)`));
  const url = new URL(serverUrl);
  url.pathname = `/${name}`;
  return url.href;
}
