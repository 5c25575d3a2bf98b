import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** The folder of app.yml: the checkout or the installed package, whose compiled code is one folder deeper. */
export function findProjectFolder(from: string = import.meta.dirname): string {
  if (existsSync(join(from, 'app.yml'))) return from;
  const above = dirname(from);
  if (above === from) throw new Error('app.yml is missing: this is not a whole copy of Meltano Deploy');
  return findProjectFolder(above);
}
