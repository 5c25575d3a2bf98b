import { z } from 'zod';
import { COMMAND_RULES, DEPLOY_RULES } from '../domain/limit-rules.ts';
import { hidePublicly } from '../domain/log-setting.ts';
import type { AccountPolicy, OperatorLimits, WrittenSettings } from '../domain/repository-configuration.ts';
import { deepFreeze } from './deep-freeze.ts';
import type { KeyPath } from './file-problem.ts';
import { ACCOUNT_SETTINGS, SECTIONS } from './repository-configuration-schema.ts';
import { type Section, suggestName } from './suggest-name.ts';
import { toDeploySettings, toWrittenSettings } from './to-settings.ts';

/** Most entries of `workspaces`. */
const MOST_ENTRIES = 200;

const defaultsSchema = z.strictObject(ACCOUNT_SETTINGS);

const commandsSchema = ACCOUNT_SETTINGS.commands.unwrap().unwrap();
const limitedCommands = z.strictObject(pickLimited(commandsSchema.shape, COMMAND_RULES));
const limitedShape = pickLimited(ACCOUNT_SETTINGS, DEPLOY_RULES);
const workspaceLimits = z.strictObject(limitedShape);
const accountLimits = z.strictObject({ ...limitedShape, commands: limitedCommands.nullish() });

const workspaceEntry = z.strictObject({
  match: z.string().max(255).regex(/\S/, { error: 'must not be blank' }),
  limits: workspaceLimits,
});

/** The keys of an account that say what its repositories may set. */
export const policyShape = {
  defaults: defaultsSchema.nullish(),
  limits: accountLimits.nullish(),
  workspaces: z.array(workspaceEntry).max(MOST_ENTRIES).nullish(),
};

const policySchema = z.object(policyShape);

/** True for the parts of the accounts file whose values have types, as in a repository's file. */
export function isPolicyPath(path: KeyPath): boolean {
  return path.length > 2 && Object.keys(policyShape).includes(String(path[2]));
}

/** Null if the account sets nothing. */
export function toAccountPolicy(account: z.output<typeof policySchema>): AccountPolicy | null {
  const { defaults, limits, workspaces } = account;
  if (!defaults && !limits && !workspaces) return null;
  return deepFreeze({
    defaults: defaults ? hideLogsPublicly(toWrittenSettings(defaults)) : {},
    limits: {
      deploy: toDeploySettings(limits ?? {}),
      commands: toWrittenSettings({ commands: limits?.commands }).commands ?? {},
      workspaces: (workspaces ?? []).map((one) => ({
        match: one.match,
        deploy: toDeploySettings(one.limits),
      })),
    } satisfies OperatorLimits,
  });
}

/** A public repository's own file has to ask for its log. */
function hideLogsPublicly(settings: WrittenSettings): WrittenSettings {
  const log = settings.deploy?.log;
  if (!log || log === 'final_if_private') return settings;
  return { ...settings, deploy: { ...settings.deploy, log: hidePublicly(log) } };
}

/** The sections below an account, by their path without positions. */
export const POLICY_SECTIONS: readonly (readonly [string, Section])[] = [
  ['defaults', { place: 'under "defaults"', keys: Object.keys(ACCOUNT_SETTINGS) }],
  ...listInner('defaults'),
  [
    'limits',
    {
      place: 'under "limits"',
      keys: [...listKeys(DEPLOY_RULES), 'commands'],
      explainUnknown: explainUnlimited,
    },
  ],
  ...listInner('limits', DEPLOY_RULES),
  ['limits.commands', { place: 'under "commands"', keys: [], explainUnknown: explainUnlimited }],
  ['workspaces', { place: 'to an entry of "workspaces"', keys: Object.keys(workspaceEntry.shape) }],
  ['workspaces.limits', { place: 'under "limits"', keys: [], explainUnknown: explainUnlimitedWorkspace }],
  ...listInner('workspaces.limits', DEPLOY_RULES),
];

/** The sections of a repository's file that are sections of `place` too, without the level of `deploy` or `workspaces`. */
function listInner(place: string, rules?: AnyRules): [string, Section][] {
  const keys = rules ? listKeys(rules) : Object.keys(ACCOUNT_SETTINGS);
  // Of a section under "deploy" and under "workspaces", the first one counts.
  return [...SECTIONS].toReversed().flatMap(([path, section]): [string, Section][] => {
    const [first = '', second] = path.split('.');
    const key = first === 'deploy' || first === 'workspaces' ? second : first;
    return key !== undefined && keys.includes(key) ? [[`${place}.${key}`, section]] : [];
  });
}

function explainUnlimited(key: string): string {
  const all = [...listKeys(DEPLOY_RULES), ...listKeys(COMMAND_RULES).map((one) => `commands.${one}`)];
  return explainChoices(key, all);
}

function explainUnlimitedWorkspace(key: string): string {
  if (key === 'commands') return 'can be limited for the whole account only: put it under its "limits"';
  return explainChoices(key, listKeys(DEPLOY_RULES));
}

function explainChoices(key: string, choices: readonly string[]): string {
  const meant = suggestName(
    key,
    choices.map((one) => one.replace(/.*\./, '')),
  );
  return `can't be limited.${meant === null ? '' : ` Did you mean "${meant}"?`} These can: ${choices.join(', ')}`;
}

type AnyRules = Readonly<Record<string, { readonly key: string }>>;

function listKeys(rules: AnyRules): string[] {
  return Object.values(rules).map(({ key }) => key);
}

/** The type keeps all keys, since each of them is optional. */
function pickLimited<S extends object>(shape: S, rules: AnyRules): S {
  const keys = listKeys(rules);
  return Object.fromEntries(Object.entries(shape).filter(([key]) => keys.includes(key))) as S;
}
