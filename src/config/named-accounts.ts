import type { z } from 'zod';
import type { NamedAccount } from '../domain/owner.ts';

/** A login, with or without the account's id behind it. */
const ENTRY = /^(?<login>[a-z0-9][a-z0-9_-]{0,99})(?::(?<id>[1-9][0-9]{0,14}))?$/;

/** Reads `acme, globex:12345`: logins, each with or without the id of the account. */
export function toNamedAccounts(list: string, context: z.RefinementCtx): NamedAccount[] {
  const entries = list
    .toLowerCase()
    .split(/[\s,]+/)
    .filter(Boolean);
  return entries.flatMap((entry) => {
    const { login, id } = ENTRY.exec(entry)?.groups ?? {};
    if (login !== undefined) return { login, id: id === undefined ? null : Number(id) };
    context.addIssue({
      code: 'custom',
      message: `must hold GitHub logins, each with or without the account's id behind it, as in acme or acme:12345: "${entry}" is neither`,
    });
    return [];
  });
}
