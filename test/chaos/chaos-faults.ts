import type { FaultAction, FaultPlan } from '../../sandbox/http/fault-plan.ts';
import type { Sandbox } from '../../sandbox/sandbox.ts';

interface Weather {
  readonly name: string;
  /** Which service's requests it falls on. */
  readonly on: 'github' | 'meltano';
  readonly method?: string;
  readonly path: RegExp;
  readonly probability: number;
  readonly action: FaultAction;
}

const API = /./;
/** What the app writes: check runs, replies, reactions. */
const WRITES = /\/(check-runs|comments|reactions)(\/\d+)?$/;
const START = /\/deployments$/;
const SECONDARY = { message: 'You have exceeded a secondary rate limit. Please wait.' };

/** One kind of bad weather at a time for each service, each for some seconds. */
const WEATHERS: readonly Weather[] = [
  { name: 'GitHub 500', on: 'github', path: API, probability: 0.5, action: { kind: 'status', status: 500 } },
  {
    name: 'GitHub 502 after the effect',
    on: 'github',
    path: WRITES,
    probability: 0.4,
    action: { kind: 'status-after', status: 502 },
  },
  {
    name: 'GitHub resets before',
    on: 'github',
    path: API,
    probability: 0.3,
    action: { kind: 'reset', when: 'before' },
  },
  {
    name: 'GitHub resets after',
    on: 'github',
    path: WRITES,
    probability: 0.4,
    action: { kind: 'reset', when: 'after' },
  },
  {
    name: 'GitHub secondary limit',
    on: 'github',
    path: WRITES,
    probability: 0.3,
    action: { kind: 'status', status: 403, headers: { 'retry-after': '2' }, body: SECONDARY },
  },
  {
    name: 'GitHub 429',
    on: 'github',
    path: WRITES,
    probability: 0.3,
    action: { kind: 'status', status: 429, headers: { 'retry-after': '1' }, body: SECONDARY },
  },
  {
    name: 'GitHub hangs',
    on: 'github',
    path: WRITES,
    probability: 0.2,
    action: { kind: 'hang', when: 'after', ms: 4_000 },
  },
  {
    name: 'Meltano Cloud 503',
    on: 'meltano',
    path: API,
    probability: 0.8,
    action: { kind: 'status', status: 503, headers: { 'retry-after': '1' } },
  },
  {
    name: 'Meltano Cloud 429',
    on: 'meltano',
    path: API,
    probability: 0.3,
    action: { kind: 'status', status: 429 },
  },
  {
    name: 'Meltano Cloud 500 after the start',
    on: 'meltano',
    method: 'POST',
    path: START,
    probability: 0.4,
    action: { kind: 'status-after', status: 500 },
  },
  {
    name: 'Meltano Cloud resets after the start',
    on: 'meltano',
    method: 'POST',
    path: START,
    probability: 0.4,
    action: { kind: 'reset', when: 'after' },
  },
  {
    name: 'Meltano Cloud resets',
    on: 'meltano',
    path: API,
    probability: 0.4,
    action: { kind: 'reset', when: 'before' },
  },
  {
    name: 'Meltano Cloud hangs',
    on: 'meltano',
    path: API,
    probability: 0.05,
    action: { kind: 'hang', when: 'after', ms: 3_000 },
  },
  {
    // Not the start: what answers that with something unreadable has refused it, for good.
    name: 'Meltano Cloud answers in HTML',
    on: 'meltano',
    method: 'GET',
    path: API,
    probability: 0.3,
    action: { kind: 'answer', status: 200, contentType: 'text/html', body: '<html>Bad Gateway</html>' },
  },
];

/** Rolls the weather of both services, and the sudden events around it. Returns what happens, for the log. */
export function rollWeather(sandbox: Sandbox, random: () => number): string {
  const { github, meltano } = sandbox;
  const events = [
    roll('github', github.service.faults, random),
    roll('meltano', meltano.service.faults, random),
  ];
  if (random() < 0.3) {
    github.tokens.revoke();
    events.push('GitHub tokens die');
  }
  if (random() < 0.3) {
    meltano.expireTokens();
    events.push('Meltano Cloud tokens die');
  }
  meltano.refuseConcurrent = random() < 0.3;
  meltano.hideQueuedJobs = random() < 0.7;
  return events.filter(Boolean).join(', ') || 'fair';
}

function roll(on: Weather['on'], faults: FaultPlan, random: () => number): string {
  faults.clear();
  if (random() < 0.35) return '';
  const choices = WEATHERS.filter((one) => one.on === on);
  const chosen = choices[Math.floor(random() * choices.length)];
  if (!chosen) return '';
  const { method, path, probability, action } = chosen;
  faults.add({ path, probability, action, ...(method ? { method } : {}) });
  return chosen.name;
}

export function clearWeather({ github, meltano }: Sandbox): void {
  github.service.faults.clear();
  meltano.service.faults.clear();
  meltano.refuseConcurrent = false;
}
