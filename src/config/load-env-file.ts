import { parseEnv } from 'node:util';
import { readTextFile } from './read-text-file.ts';

/**
 * Adds the variables of the file `.env` that the environment doesn't set. Returns false if there is no such file. Throws an
 * error that names the file if it can't be read. Node's own `loadEnvFile` takes a byte order mark as part of the first name.
 */
export function loadEnvFile(env: Record<string, string | undefined>, file = '.env'): boolean {
  let text: string;
  try {
    text = readTextFile(file);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return false;
    throw new Error(`The file ${file} can't be read (${code}).`, { cause: error });
  }
  for (const [name, value] of Object.entries(parseEnv(text))) env[name] ??= value;
  return true;
}
