import type { FirstError } from '../../domain/log-excerpt.ts';
import { DATABASE_ERRORS } from './databases.ts';
import { DBT_ERRORS } from './dbt.ts';
import { GIT_ERRORS } from './git.ts';
import type { Condition, KnownError } from './known-error.ts';
import { MELTANO_ERRORS } from './meltano.ts';
import { PIP_ERRORS } from './pip.ts';
import { POSTGRES_ERRORS } from './postgres.ts';
import { PYTHON_ERRORS } from './python.ts';
import { SERVICE_ERRORS } from './services.ts';
import { SINGER_ERRORS } from './singer.ts';
import { SYSTEM_ERRORS } from './system.ts';
import { UV_ERRORS } from './uv.ts';
import { WAREHOUSE_ERRORS } from './warehouses.ts';

/** All known errors, by the program that prints them. The first match counts, so special ones come before general ones. */
export const KNOWN_ERRORS: ReadonlyMap<string, readonly KnownError[]> = new Map([
  ['Meltano', MELTANO_ERRORS],
  ['git', GIT_ERRORS],
  ['pip', PIP_ERRORS],
  ['uv', UV_ERRORS],
  ['Python', PYTHON_ERRORS],
  ['dbt', DBT_ERRORS],
  ['Warehouses', WAREHOUSE_ERRORS],
  ['PostgreSQL and Redshift', POSTGRES_ERRORS],
  ['Databases', DATABASE_ERRORS],
  ['Singer taps and targets', SINGER_ERRORS],
  ['Services', SERVICE_ERRORS],
  ['System and network', SYSTEM_ERRORS],
]);

const ALL = [...KNOWN_ERRORS.values()].flat();

/** Null for an unknown error: wrong advice is worse than none. */
export function explainError({ words, context, contextBefore }: FirstError): KnownError | null {
  const said = `${words}\n${context[contextBefore] ?? ''}`;
  const around = context.join('\n');
  return ALL.find(({ when }) => when.some((one) => holds(one, said, around))) ?? null;
}

/** Null if the table has no such error any more. */
export function findKnownError(code: string): KnownError | null {
  return ALL.find((one) => one.code === code) ?? null;
}

function holds({ says, near, unless }: Condition, said: string, around: string): boolean {
  return says.test(said) && (near?.test(around) ?? true) && !(unless?.test(around) ?? false);
}
