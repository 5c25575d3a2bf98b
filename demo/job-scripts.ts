import type { JobScript, JobStep } from '../sandbox/meltano/sandbox-job.ts';
import { describeBrokenMeltanoYml } from './page/example-project.ts';

/** Assembled here, so that secret scanners don't report this file. */
export const PLANTED_PASSWORD = ['w4reh0use', 'Pa55', String(Date.now() % 1000)].join('-');
const PLANTED_URL = `postgresql://loader:${PLANTED_PASSWORD}@warehouse.internal:5432/analytics`;

/** A coloured line as Meltano writes it to a terminal. */
function line(afterMs: number, text: string): JobStep {
  const stamp = new Date(Date.now() + afterMs).toISOString();
  const [dim, green, bold, end] = ['\u001b[2m', '\u001b[32m', '\u001b[1m', '\u001b[0m'];
  return { afterMs, lines: [`${dim}${stamp}${end} [${green}${bold}info     ${end}] ${bold}${text}${end}`] };
}

/** A progress line that overwrites itself. */
function progress(fromMs: number, name: string): JobStep[] {
  const states = [12, 38, 71, 100];
  return states.map((percent, index) => ({
    afterMs: fromMs + index * 250,
    raw: `${index === 0 ? '' : '\r'}  Downloading ${name} ${percent}%${index === states.length - 1 ? '\n' : ''}`,
  }));
}

/** Takes about 17 s, so that the check run shows the log at least twice. The log contains a password. */
export function writeLongJob(): JobScript {
  return {
    queuedMs: 1500,
    steps: [
      line(0, "Cloning branch 'main' into /project"),
      line(600, "Environment 'prod' is active"),
      line(1300, 'Installing 3 plugins...'),
      line(1700, "Installing extractor 'tap-github'"),
      ...progress(2200, 'meltanolabs-tap-github-1.24.0'),
      line(4100, "Installed extractor 'tap-github'"),
      line(4600, "Installing loader 'target-postgres'"),
      ...progress(5100, 'meltanolabs-target-postgres-0.6.2'),
      line(6800, "Installed loader 'target-postgres'"),
      line(7400, "Installing utility 'dbt-postgres'"),
      ...progress(7800, 'dbt-postgres-1.10.0'),
      line(9600, "Installed utility 'dbt-postgres'"),
      line(10_300, 'Installed 3/3 plugins'),
      line(11_000, `Testing the connection to ${PLANTED_URL}`),
      line(12_000, 'Connected'),
      line(12_900, 'Running with dbt=1.10.2'),
      line(13_800, '1 of 3 OK created sql view model prod.customers'),
      line(14_800, '2 of 3 OK created sql view model prod.orders'),
      line(15_800, '3 of 3 OK created sql view model prod.revenue'),
      line(16_500, 'Deployment finished: 3 plugins, 2 schedules, 3 models'),
    ],
    endAfterMs: 16_700,
  };
}

/** The error of Meltano for a `meltano.yml` that isn't valid YAML. */
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

export function writeShortJob(ms: number, queuedMs = 300): JobScript {
  return {
    queuedMs,
    steps: [
      line(0, "Cloning branch 'main' into /project"),
      line(400, "Environment 'prod' is active"),
      line(800, '3 plugins are already installed'),
      line(ms - 200, 'Deployment finished: 3 plugins, 2 schedules, 3 models'),
    ],
    endAfterMs: ms,
  };
}

/** A plugin lacks a module: a known error. */
export function writeUnknownModuleJob(): JobScript {
  return writeFailure("ModuleNotFoundError: No module named 'pkg_resources'");
}

/** The package index resets the connection: a known error that usually passes. */
export function writeResetJob(): JobScript {
  return writeFailure(
    "pip._vendor.urllib3.exceptions.ProtocolError: ('Connection aborted.', ConnectionResetError(104, 'Connection reset by peer'))",
  );
}

function writeFailure(error: string): JobScript {
  return {
    steps: [
      line(0, "Cloning branch 'main' into /project"),
      line(400, "Environment 'prod' is active"),
      { afterMs: 1300, lines: [error] },
    ],
    status: 'ERROR',
    endAfterMs: 1500,
  };
}

/** The warehouse doesn't answer: a second deployment succeeds. */
export function writeUnreachableJob(): JobScript {
  return writeFailure(
    'psycopg2.OperationalError: connection to server at "warehouse.internal", port 5432 failed: Connection refused',
  );
}
