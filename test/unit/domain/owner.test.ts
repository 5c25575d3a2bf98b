import { describe, expect, test } from 'vitest';
import { isMeant, knowOwner, type NamedAccount, type SeenOwner } from '../../../src/domain/owner.ts';

const ACME = { id: 1, login: 'Acme' };
const FIRST: SeenOwner = { holderId: 1, logins: ['acme'] };
const THIEF = { id: 2, login: 'acme' };
const LATER: SeenOwner = { holderId: 1, logins: [] };

const named = (login: string, id: number | null = null): NamedAccount => ({ login, id });

describe('an owner', () => {
  test.each([
    ['that was first seen with its login has it', ACME, FIRST, [], ['acme'], false],
    [
      'that was renamed has its former logins too',
      { id: 1, login: 'new' },
      { holderId: 1, logins: ['acme', 'new'] },
      [],
      ['new', 'acme'],
      false,
    ],
    ['that took a login has none', THIEF, LATER, [], [], true],
    [
      'that took a login keeps its own former ones',
      THIEF,
      { holderId: 1, logins: ['mine'] },
      [],
      ['mine'],
      true,
    ],
    ['that took a login has it once the operator says so', THIEF, LATER, [named('acme', 2)], ['acme'], false],
    [
      'that was first seen, before the operator named another one, has it no more',
      THIEF,
      { holderId: 2, logins: ['acme'] },
      [named('acme', 1)],
      [],
      true,
    ],
    ['is not taken for another by an entry without an id', ACME, FIRST, [named('acme')], ['acme'], false],
    [
      'that the operator names is itself under whatever login',
      { id: 1, login: 'other' },
      { holderId: 9, logins: ['acme'] },
      [named('acme', 1)],
      ['other', 'acme'],
      false,
    ],
  ] as const)('%s', (_, owner, seen, operator, logins, isLoginTaken) => {
    expect(knowOwner(owner, seen, operator)).toEqual({ ...owner, logins, isLoginTaken });
  });

  test('is meant by its id whatever its login, and by a login only if that is its own', () => {
    const thief = knowOwner(THIEF, LATER, []);
    const renamed = knowOwner({ id: 1, login: 'new' }, { holderId: 1, logins: ['acme', 'new'] }, []);
    expect(isMeant(named('acme'), thief)).toBe(false);
    expect(isMeant(named('acme', 1), thief)).toBe(false);
    expect(isMeant(named('acme', 2), thief)).toBe(true);
    expect(isMeant(named('acme'), renamed)).toBe(true);
    expect(isMeant(named('anything', 1), renamed)).toBe(true);
    expect(isMeant(named('new', 2), renamed)).toBe(false);
  });
});
