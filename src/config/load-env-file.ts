import { parseEnv } from 'node:util';
import { readTextFile } from './read-text-file.ts';

/**
 * Adds what the file `.env` sets and the environment doesn't; false: there is no such file. Node's own `loadEnvFile`
 * takes a byte order mark for a part of the first name. Throws an error that names the file.
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
