import { join } from 'node:path';
import type { Cleanup } from '../processes/cleanup.ts';
import { MeasuredProcess } from '../processes/measured-process.ts';
import { startApp } from '../processes/start-app.ts';
import type { WorldProcess } from '../world/world-process.ts';
import type { NaiveOptions } from './naive-bot.ts';

export interface Contender {
  readonly name: string;
  /** Resolves when all deployments and check runs are in progress. */
  begin(world: WorldProcess, cleanup: Cleanup): Promise<void>;
}

const app: Contender = {
  name: 'Meltano Deploy',
  async begin(world, cleanup) {
    const { url } = await startApp({ env: await world.ask({ ask: 'environment' }) }, cleanup);
    await world.ask({ ask: 'begin', webhookUrl: `${url}/api/github/webhooks` });
  },
};

function naive(name: string, options: NaiveOptions): Contender {
  return {
    name,
    async begin(world, cleanup) {
      const jobs = await world.ask({ ask: 'begin without app' });
      const bot = new MeasuredProcess({ script: join(import.meta.dirname, 'naive-bot.ts'), env: {} });
      cleanup.add(() => bot.stop());
      await bot.ask<{ watching: true }>({ jobs, options }, 'watching');
    },
  };
}

export const CONTENDERS: readonly Contender[] = [
  app,
  naive('loop, 20 s, writes the end', { everyMs: 20_000, writesEachTime: false }),
  naive('loop, 1 s, writes each time', { everyMs: 1_000, writesEachTime: true }),
];
