import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import { findProjectFolder } from '../../config/find-project-folder.ts';

const manifestSchema = z.object({
  default_permissions: z.record(z.string(), z.enum(['read', 'write'])),
});

/** The requirements of app.yml. */
export interface Manifest {
  readonly permissions: Readonly<Record<string, 'read' | 'write'>>;
}

export function readManifest(folder: string = findProjectFolder()): Manifest {
  const manifest = manifestSchema.parse(parse(readFileSync(join(folder, 'app.yml'), 'utf8')));
  return { permissions: manifest.default_permissions };
}

/** Lists the permissions that aren't granted, such as `checks: write`. */
export function listMissing(
  wanted: Manifest['permissions'],
  granted: Readonly<Record<string, unknown>>,
): string[] {
  return Object.entries(wanted)
    .filter(([name, level]) => granted[name] !== level && !(level === 'read' && granted[name] !== undefined))
    .map(([name, level]) => `${name}: ${level}`);
}
