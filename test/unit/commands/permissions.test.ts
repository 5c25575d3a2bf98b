import { expect, test } from 'vitest';
import { neededLevel } from '../../../src/commands/permissions.ts';
import { COMMAND_NAMES, type CommandName } from '../../../src/domain/command.ts';
import type { PermissionLevel } from '../../../src/domain/conversation.ts';
import type { CommandPermission } from '../../../src/domain/role.ts';

const PERMISSIONS: readonly CommandPermission[] = ['triage', 'write', 'maintain', 'admin'];
/** In a private and in a public repository, for each of `PERMISSIONS`. */
type Needed = readonly [readonly PermissionLevel[], readonly PermissionLevel[]];
const SHOWS: Needed = [
  ['pull', 'pull', 'pull', 'pull'],
  ['triage', 'triage', 'triage', 'triage'],
];
const ACTS: Needed = [
  ['triage', 'push', 'maintain', 'admin'],
  ['triage', 'push', 'maintain', 'admin'],
];

const AS_MAINTAINER: Needed = [
  ['maintain', 'maintain', 'maintain', 'admin'],
  ['maintain', 'maintain', 'maintain', 'admin'],
];

const NEEDED: Readonly<Record<CommandName, Needed>> = {
  redeploy: ACTS,
  withdraw: ACTS,
  approve: [
    ['triage', 'triage', 'triage', 'triage'],
    ['triage', 'triage', 'triage', 'triage'],
  ],
  lock: AS_MAINTAINER,
  unlock: AS_MAINTAINER,
  status: SHOWS,
  logs: SHOWS,
  why: SHOWS,
  pipelines: SHOWS,
  verify: ACTS,
  run: AS_MAINTAINER,
  help: SHOWS,
};

test.each(COMMAND_NAMES)('the level that %s needs', (name) => {
  const needed = (isPrivate: boolean) =>
    PERMISSIONS.map((permission) => neededLevel({ name }, isPrivate, permission));
  expect([needed(true), needed(false)]).toEqual(NEEDED[name]);
});

test('--force needs the Maintain role at least, whatever the configuration says', () => {
  const needed = PERMISSIONS.map((permission) =>
    neededLevel({ name: 'redeploy', force: true }, true, permission),
  );
  expect(needed).toEqual(['maintain', 'maintain', 'maintain', 'admin']);
});

test.each(PERMISSIONS)(
  'no level above that of who only asks is needed for a typing error (%s)',
  (permission) => {
    expect(neededLevel(null, true, permission)).toBe('pull');
    expect(neededLevel(null, false, permission)).toBe('triage');
  },
);
