/** The file of a repository that the app reads. */
export const FILE = '.github/meltano-deploy.yml';

/** A check to wait for: one name, or a pattern. */
interface WantedName {
  readonly name: string;
  readonly app?: string;
  readonly accept?: readonly string[];
}

/** The gates of a repository. All of its workspaces have them, but for `isOrdered` and `isApproved`. */
export interface GateRules {
  readonly wanted: readonly WantedName[];
  /** The second workspace is deployed after the first. */
  readonly isOrdered: boolean;
  /** The last workspace needs an approval. */
  readonly isApproved: boolean;
  /** Whether people lock its workspaces from time to time. */
  readonly isLocked: boolean;
  /** Epoch milliseconds. */
  readonly freeze: { readonly from: number; readonly to: number } | null;
}

const NONE: GateRules = { wanted: [], isOrdered: false, isApproved: false, isLocked: false, freeze: null };
const TEST: WantedName = { name: 'test' };
const SCAN: WantedName = { name: 'scan', app: 'scanner', accept: ['neutral'] };

/** The one shortest time-out that the file can have. */
export const TIMEOUT_MS = 60_000;

/** Of each kind there are some repositories. */
export function listKinds(now: number, random: () => number): GateRules[] {
  const from = Math.ceil((now + 15_000 + random() * 20_000) / 1_000) * 1_000;
  const freeze = { from, to: from + 60_000 };
  return [
    { ...NONE, wanted: [TEST] },
    { ...NONE, wanted: [{ name: 'ci / *' }, SCAN] },
    { ...NONE, isOrdered: true },
    { ...NONE, isApproved: true },
    { ...NONE, isLocked: true },
    { ...NONE, freeze },
    { ...NONE, wanted: [TEST], isOrdered: true, isApproved: true, isLocked: true },
  ];
}

/** The file that asks for these gates. */
export function writeRules({ wanted, isOrdered, isApproved, freeze }: GateRules, names: string[]): string {
  const deploy: Record<string, unknown> = { wait_for: wanted, wait_for_timeout: TIMEOUT_MS / 60_000 };
  if (freeze) deploy['freeze'] = [writeFreeze(freeze.from)];
  const last = names.length - 1;
  const workspaces = names.map((workspace, index) => ({
    workspace,
    ...(isOrdered && index > 0 ? { after: names.slice(0, index) } : {}),
    ...(isApproved && index === last ? { approval: { role: 'maintain', not_by: 'author' } } : {}),
  }));
  // JSON is YAML.
  return JSON.stringify({ deploy, workspaces, checks: { gate: true } });
}

/** The clocks of this zone are ahead of UTC by the same time all year. */
const ZONE = { timezone: 'Asia/Kolkata', aheadMs: 330 * 60_000 };

function writeFreeze(from: number) {
  const local = new Date(from + ZONE.aheadMs);
  const cron = `${local.getUTCSeconds()} ${local.getUTCMinutes()} ${local.getUTCHours()} * * *`;
  return { cron, for: '1m', timezone: ZONE.timezone, reason: 'storm' };
}
