import { join } from 'node:path';
import type { Cleanup } from '../processes/cleanup.ts';
import { MeasuredProcess } from '../processes/measured-process.ts';
import type { WorldAnswer, WorldRequest } from './world-messages.ts';

const FIELDS = {
  environment: 'environment',
  prepare: 'prepared',
  begin: 'begun',
  'begin without app': 'begun',
  log: 'done',
  reset: 'done',
  counts: 'counts',
  end: 'lags',
  'lose pushes': 'done',
  'await lost pushes': 'jobTimes',
  play: 'samples',
} as const satisfies Record<WorldRequest['ask'], keyof WorldAnswer>;

/** Talks to the process with the simulated services. */
export class WorldProcess {
  readonly #process: MeasuredProcess;

  constructor(cleanup: Cleanup) {
    const script = join(import.meta.dirname, '../processes/run-sandbox.ts');
    this.#process = new MeasuredProcess({ script, env: {}, nodeArgs: ['--max-old-space-size=8192'] });
    cleanup.add(() => this.#process.stop());
  }

  async ask<A extends WorldRequest['ask']>(
    request: Extract<WorldRequest, { ask: A }>,
  ): Promise<WorldAnswer[(typeof FIELDS)[A]]> {
    const field = FIELDS[request.ask];
    const answer = await this.#process.ask<WorldAnswer>(request, field);
    return answer[field] as WorldAnswer[(typeof FIELDS)[A]];
  }
}
