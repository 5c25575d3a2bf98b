import type { JobScript, JobStep } from '../../../sandbox/meltano/sandbox-job.ts';
import { describeBrokenMeltanoYml } from '../../../sandbox/page/example-project.ts';

/** Made up, and put together here so that no scanner takes the source for a leak. */
export const PLANTED_PASSWORD = ['w4reh0use', 'Pa55', String(Date.now() % 1000)].join('-');
const PLANTED_URL = `postgresql://loader:${PLANTED_PASSWORD}@warehouse.internal:5432/analytics`;

/** A line as Meltano writes it to a terminal, in colour, `afterMs` after the job began. */
function line(afterMs: number, text: string): JobStep {
  const stamp = new Date(Date.now() + afterMs).toISOString();
  const [dim, green, bold, end] = ['\u001b[2m', '\u001b[32m', '\u001b[1m', '\u001b[0m'];
  return { afterMs, lines: [`${dim}${stamp}${end} [${green}${bold}info     ${end}] ${bold}${text}${end}`] };
}

/** Progress that overwrites itself: of such a line only the last state is for people. */
function progress(fromMs: number, name: string): JobStep[] {
  const states = [12, 38, 71, 100];
  return states.map((percent, index) => ({
    afterMs: fromMs + index * 250,
    raw: `${index === 0 ? '' : '\r'}  Downloading ${name} ${percent}%${index === states.length - 1 ? '\n' : ''}`,
  }));
}

/** A deployment of about 12 s whose log grows all the time and gives a password away. */
export function writeLongJob(): JobScript {
  return {
    queuedMs: 1500,
    steps: [
      line(0, "Cloning branch 'main' into /project"),
      line(400, "Environment 'prod' is active"),
      line(900, 'Installing 3 plugins...'),
      line(1200, "Installing extractor 'tap-github'"),
      ...progress(1500, 'meltanolabs-tap-github-1.24.0'),
      line(2800, "Installed extractor 'tap-github'"),
      line(3200, "Installing loader 'target-postgres'"),
      ...progress(3500, 'meltanolabs-target-postgres-0.6.2'),
      line(4700, "Installed loader 'target-postgres'"),
      line(5100, "Installing utility 'dbt-postgres'"),
      ...progress(5400, 'dbt-postgres-1.10.0'),
      line(6600, "Installed utility 'dbt-postgres'"),
      line(7100, 'Installed 3/3 plugins'),
      line(7600, `Testing the connection to ${PLANTED_URL}`),
      line(8300, 'Connected'),
      line(8900, 'Running with dbt=1.10.2'),
      line(9500, '1 of 3 OK created sql view model prod.customers'),
      line(10_200, '2 of 3 OK created sql view model prod.orders'),
      line(10_900, '3 of 3 OK created sql view model prod.revenue'),
      line(11_400, 'Deployment finished: 3 plugins, 2 schedules, 3 models'),
    ],
    endAfterMs: 11_500,
  };
}

/** What Meltano does with a `meltano.yml` that is no YAML. */
export function writeBrokenJob(): JobScript {
  return {
    steps: [
      line(0, "Cloning branch 'main' into /project"),
      line(600, 'Reading /project/meltano.yml'),
      { afterMs: 1800, lines: describeBrokenMeltanoYml('/project') },
    ],
    status: 'ERROR',
    endAfterMs: 2000,
  };
}

export function writeShortJob(ms: number): JobScript {
  return {
    steps: [
      line(0, "Cloning branch 'main' into /project"),
      line(400, "Environment 'prod' is active"),
      line(800, '3 plugins are installed already'),
      line(ms - 200, 'Deployment finished: 3 plugins, 2 schedules, 3 models'),
    ],
    endAfterMs: ms,
  };
}
