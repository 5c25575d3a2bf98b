import type { Kysely } from 'kysely';
import { type OwnerStore, UNKNOWN_OWNER } from '../domain/owner.ts';
import type { Schema } from './schema.ts';

export function createOwnerStore(db: Kysely<Schema>): OwnerStore {
  return {
    async noteOwner({ id, login: shown }, now) {
      const login = shown.toLowerCase();
      const read = () =>
        db
          .selectFrom('accountLogin')
          .select(['login', 'ownerId'])
          .where((where) => where.or([where('login', '=', login), where('ownerId', '=', id)]))
          .orderBy('seenAt')
          .orderBy('login')
          .execute();
      let rows = await read();
      if (id === UNKNOWN_OWNER) {
        return {
          holderId: rows.find((row) => row.login === login)?.ownerId ?? UNKNOWN_OWNER,
          logins: [],
        };
      }
      if (!rows.some((row) => row.login === login)) {
        await db
          .insertInto('accountLogin')
          .values({ login, ownerId: id, seenAt: now })
          .onConflict((conflict) => conflict.column('login').doNothing())
          .execute();
        rows = await read();
      }
      const holder = rows.find((row) => row.login === login);
      if (!holder) throw new Error(`The login ${login} was not stored.`);
      return {
        holderId: holder.ownerId,
        logins: rows.filter((row) => row.ownerId === id).map((row) => row.login),
      };
    },
  };
}
