import type { ApprovalRule } from './approval.ts';
import type { Freeze } from './freeze.ts';
import { chooseStricterLog, type LogSetting } from './log-setting.ts';
import { ROLES } from './role.ts';
import type { WantedCheck } from './wanted-check.ts';

/** A key of the repository's file. */
export interface LimitedKey {
  /** The section that has it. */
  readonly section: 'deploy' | 'checks' | 'commands';
  readonly key: string;
}

/** How the operator's limit for a setting works. */
export interface LimitRule<T> extends LimitedKey {
  /** The stricter of both. */
  readonly limit: (value: T, limit: T) => T;
  /** What a looser value runs into: a clause that follows "the operator". */
  readonly explain: (limit: T, value: T) => string;
}

/** The settings of a workspace that the operator may limit. */
export const DEPLOY_RULES = {
  onPush: allowOnlyFalse('deploy', 'on_push'),
  pathsIgnore: unite('paths_ignore', (glob: string) => glob),
  skipTokens: unite('skip_tokens', (token: string) => token),
  ignoreSenders: unite('ignore_senders', (login: string) => login),
  log: limitLog(),
  waitFor: unite('wait_for', ({ name }: WantedCheck) => name),
  freeze: unite('freeze', ({ reason, cron }: Freeze) => reason ?? cron),
  approval: limitApproval(),
  projectCheck: requireAtLeast('checks', 'project', ['off', 'report', 'block']),
};

/** The settings of the commands that the operator may limit. */
export const COMMAND_RULES = {
  enabled: allowOnlyFalse('commands', 'enabled'),
  permission: requireAtLeast('commands', 'permission', ROLES),
};

type Rules<S> = { readonly [K in keyof S]?: LimitRule<S[K]> };

/** The settings as far as the limits allow them. */
export function applyLimits<S extends object, T extends S>(
  rules: Rules<S>,
  settings: T,
  limits: Partial<S>,
): T {
  const limited: S = { ...settings };
  for (const key of keysOf(rules)) limitOne(rules, limited, limits, key);
  return { ...settings, ...limited };
}

/** Of several limits each one holds. */
export function joinLimits<S extends object>(rules: Rules<S>, all: readonly Partial<S>[]): Partial<S> {
  const joined: Partial<S> = {};
  for (const limits of all) {
    for (const key of keysOf(rules)) joinOne(rules, joined, limits, key);
  }
  return joined;
}

/** A limit that changes a setting. */
export interface FeltLimit extends LimitedKey {
  /** A clause that follows "the operator". */
  readonly words: string;
}

/** The limits that are stricter than the settings. */
export function listFelt<S extends object>(rules: Rules<S>, settings: S, limits: Partial<S>): FeltLimit[] {
  return keysOf(rules).flatMap((key) => feel(rules, settings, limits, key) ?? []);
}

function limitOne<S, K extends keyof S>(rules: Rules<S>, settings: S, limits: Partial<S>, key: K): void {
  const [rule, limit] = [rules[key], limits[key]];
  if (rule && limit !== undefined) settings[key] = rule.limit(settings[key], limit as S[K]);
}

function joinOne<S, K extends keyof S>(
  rules: Rules<S>,
  joined: Partial<S>,
  limits: Partial<S>,
  key: K,
): void {
  const [rule, before, limit] = [rules[key], joined[key], limits[key]];
  if (!rule || limit === undefined) return;
  joined[key] = before === undefined ? limit : rule.limit(before as S[K], limit as S[K]);
}

function feel<S, K extends keyof S>(
  rules: Rules<S>,
  settings: S,
  limits: Partial<S>,
  key: K,
): FeltLimit | null {
  const [rule, value, limit] = [rules[key], settings[key], limits[key] as S[K] | undefined];
  if (!rule || limit === undefined || isSame(rule.limit(value, limit), value)) return null;
  return { section: rule.section, key: rule.key, words: rule.explain(limit, value) };
}

function keysOf<S>(rules: Rules<S>): (keyof S)[] {
  return Object.keys(rules) as (keyof S)[];
}

function isSame(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

function limitLog(): LimitRule<LogSetting> {
  return {
    section: 'deploy',
    key: 'log',
    limit: chooseStricterLog,
    explain: (limit) => `allows at most ${limit}`,
  };
}

function limitApproval(): LimitRule<ApprovalRule | null> {
  return {
    section: 'deploy',
    key: 'approval',
    limit(value, limit) {
      if (value === null || limit === null) return value ?? limit;
      const role = ROLES.indexOf(value.role) < ROLES.indexOf(limit.role) ? limit.role : value.role;
      return { role, notBy: value.notBy ?? limit.notBy };
    },
    explain(limit) {
      const notBy = limit?.notBy === 'author' ? ', not by the author' : '';
      return `requires an approval with at least ${limit?.role}${notBy}`;
    },
  };
}

function allowOnlyFalse(section: LimitedKey['section'], key: string): LimitRule<boolean> {
  return {
    section,
    key,
    limit: (value, limit) => value && limit,
    explain: () => 'allows only false',
  };
}

/** `order` begins with the loosest value. */
function requireAtLeast<const T extends string>(
  section: LimitedKey['section'],
  key: string,
  order: readonly T[],
): LimitRule<T> {
  return {
    section,
    key,
    limit: (value, limit) => (order.indexOf(value) < order.indexOf(limit) ? limit : value),
    explain: (limit) => `requires at least ${limit}`,
  };
}

/** The entries of both hold. `name` describes one. */
function unite<T>(key: string, name: (entry: T) => string): LimitRule<readonly T[]> {
  const listMissing = (value: readonly T[], limit: readonly T[]) =>
    limit.filter((entry) => !value.some((one) => isSame(one, entry)));
  return {
    section: 'deploy',
    key,
    limit: (value, limit) => [...value, ...listMissing(value, limit)],
    explain(limit, value) {
      const missing = listMissing(value, limit).map((one) => JSON.stringify(name(one)));
      return `adds ${missing.join(', ')}`;
    },
  };
}
