import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { findFreePort } from '../../sandbox/http/find-free-port.ts';
import { createSeededRandom } from '../../sandbox/http/seeded-random.ts';
import { findPlanted } from '../../sandbox/meltano/planted-secrets.ts';
import { AppProcess } from '../acceptance/app-process.ts';
import { countFailed, describeRunsAfter, findFaults, isConcluded, listOwed } from './chaos-check.ts';
import { clearWeather, rollWeather } from './chaos-faults.ts';
import { ChaosGates } from './chaos-gates.ts';
import { ChaosRequests } from './chaos-requests.ts';
import { ChaosWorld } from './chaos-world.ts';
import { areGatesOpen, checkGates, describeGates, type GateStorm } from './check-gates.ts';
import { areAnswered, checkRequests } from './check-requests.ts';
import { checkRequired } from './check-required.ts';
import { StallWatch } from './stall-watch.ts';

/** After the storm everything must come to its end within this time (milliseconds): a lost start takes two minutes. */
const QUIET_MS = 6 * 60_000;
const LOOK_MS = 1_000;

const { values } = parseArgs({
  options: { minutes: { type: 'string', default: '2' }, seed: { type: 'string' } },
});
const minutes = Number(values.minutes);
const seed = Number(values.seed ?? Date.now() % 1_000_000);
if (!(minutes > 0) || !Number.isInteger(seed)) {
  console.error('Usage: npm run chaos -- [--minutes <number>] [--seed <whole number>]');
  process.exit(2);
}

const random = createSeededRandom(seed);
const world = await ChaosWorld.open(random, seed);
const { sandbox } = world;
const requests = new ChaosRequests(world);
const gates = new ChaosGates(world, requests);
const stalls = new StallWatch();
const storm: GateStorm = { world, gates, stalledMs: (from, to) => stalls.between(from, to) };
const directory = mkdtempSync(join(tmpdir(), 'meltano-deploy-chaos-'));
const env = {
  ...sandbox.appEnvironment(),
  HOST: '127.0.0.1',
  PORT: String(await findFreePort()),
  DATA_DIR: join(directory, 'data'),
  POLL_MIN_MS: '300',
  POLL_MAX_MS: '2000',
  SWEEP_MINUTES: '0.2',
  LOG_FORMAT: 'json',
  MELTANO_API_TOKEN: '',
  MELTANO_CLIENT_ID: sandbox.meltano.client.id,
  MELTANO_CLIENT_SECRET: sandbox.meltano.client.secret,
};
const count = { kills: 0, stops: 0, duplicates: 0, weathers: 0 };
let output = '';
let app = new AppProcess({ env, cwd: directory });
sandbox.github.hook.url = `${app.url}/api/github/webhooks`;

console.log(`Chaos: seed ${seed}, ${minutes} min, ${world.repositories.length} repositories`);
await app.ready();
// A branch that the sweep sees for the first time is a baseline: what came before is nobody's business.
const isSwept = (one: { fullName: string }) =>
  sandbox.github.service.exchanges.some((exchange) =>
    exchange.path.includes(`/repos/${one.fullName}/branches/`),
  );
await sandbox.github.waitFor(() => world.repositories.every(isSwept), 'the baseline', 60_000);
const end = Date.now() + minutes * 60_000;
world.lastMissing = end - minutes * 30_000;
await Promise.all([
  pushAlways(),
  askAlways(),
  passGatesAlways(),
  duplicateAlways(),
  changeWeatherAlways(),
  endProcessAlways(),
]);

clearWeather(sandbox);
const asked = { commands: requests.commands.length, presses: requests.presses.length };
console.log(`Quiet: ${JSON.stringify({ pushes: world.pushes.length, ...asked, ...count })}`);
const isOver = () => isConcluded(world) && areGatesOpen(storm) && areAnswered(world, requests);
const quietUntil = Date.now() + QUIET_MS;
// Not at each change: both services stop while it checks, and accept new connections only in between.
while (!isOver() && Date.now() < quietUntil) {
  await gates.openAll();
  await sleep(LOOK_MS);
}
// What is still to come although all is concluded would be a mistake: leave it the time to show.
await sleep(3_000);
const { code } = await app.kill('SIGTERM');
output += app.output;
stalls.stop();
const faults = [
  ...findFaults(world),
  ...checkRequests(world, requests),
  ...checkGates(storm),
  ...checkRequired(world),
];
if (code !== 0) faults.push(`the app ended with exit code ${code}`);
if (world.secrets.some((secret) => output.includes(secret)) || findPlanted(output).length > 0)
  faults.push('the log of the app shows a secret');

console.log(
  `${listOwed(world).length} check runs owed, ${sandbox.meltano.jobs.length} jobs, ${countFailed(world)} with failed pipelines, ` +
    `runs after deployments (${describeRunsAfter(world)}), ${describeGates(storm)}, ` +
    `${sandbox.github.service.exchanges.length} requests to GitHub, ${sandbox.meltano.service.exchanges.length} to Meltano Cloud`,
);
// No weather is as slow. What is given up so may take effect after what was sent later.
const late = output.split('\n').filter((line) => line.includes('aborted due to timeout')).length;
if (late > 0)
  console.log(`${late} requests to GitHub were given up after 30 s: this machine is too slow for them.`);
if (faults.length > 0) {
  const log = join(tmpdir(), `meltano-deploy-chaos-${seed}.log`);
  writeFileSync(log, `${output}\n${gates.listRuns().join('\n')}\n`);
  console.error(
    `${faults.length} things are wrong:\n${faults.slice(0, 50).join('\n')}\nThe log of the app, and check runs: ${log}`,
  );
}
await sandbox.stop();
rmSync(directory, { recursive: true, force: true });
console.log(faults.length === 0 ? 'All is as it should be.' : `Repeat with --seed ${seed}.`);
process.exit(faults.length === 0 ? 0 : 1);

async function pushAlways(): Promise<void> {
  while (Date.now() < end) {
    world.push();
    await sleep(100 + random() * 900);
  }
}

/** Commands in comments, and presses of buttons. */
async function askAlways(): Promise<void> {
  while (Date.now() < end) {
    await sleep(500 + random() * 2_000);
    if (random() < 0.6) requests.command();
    else requests.press();
  }
}

/** Approvals, locks and forced deployments. */
async function passGatesAlways(): Promise<void> {
  while (Date.now() < end) {
    await sleep(300 + random() * 1_200);
    gates.act();
  }
}

async function duplicateAlways(): Promise<void> {
  while (Date.now() < end) {
    await sleep(1_000 + random() * 3_000);
    const { deliveries } = sandbox.github.hook;
    const one = deliveries[Math.floor(random() * deliveries.length)];
    if (!one) continue;
    count.duplicates += 1;
    await Promise.all([sandbox.github.hook.redeliver(one.guid), sandbox.github.hook.redeliver(one.guid)]);
  }
}

async function changeWeatherAlways(): Promise<void> {
  while (Date.now() < end) {
    count.weathers += 1;
    console.log(`  ${rollWeather(sandbox, random)}`);
    await sleep(4_000 + random() * 8_000);
  }
}

/** Ends the process in the hard or the soft way, leaves GitHub without an answer for a while, and starts it again. */
async function endProcessAlways(): Promise<void> {
  while (Date.now() < end) {
    await sleep(5_000 + random() * 10_000);
    const isHard = random() < 0.7;
    const ended = await app.kill(isHard ? 'SIGKILL' : 'SIGTERM');
    count[isHard ? 'kills' : 'stops'] += 1;
    if (!isHard && ended.code !== 0) console.error(`SIGTERM ended with ${JSON.stringify(ended)}`);
    output += app.output;
    await sleep(random() * 2_000);
    app = new AppProcess({ env, cwd: directory });
    await app.ready();
  }
}
