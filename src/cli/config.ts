import { readFile } from 'node:fs/promises';
import { buffer } from 'node:stream/consumers';
import { readRepositoryConfiguration } from '../config/repository-configuration-file.ts';

const USAGE = `Usage: meltano-deploy config validate <file>

  <file>   the .github/meltano-deploy.yml of a repository, or - for standard input

Prints each problem as file:line:column: message. Exit code 0: no problems, 1: problems, 2: the file can't be read.`;

/** Validates the configuration file of a repository offline. Sets the process's exit code. */
export async function runConfig(words: readonly string[]): Promise<void> {
  const [action, file, ...more] = words;
  if (action === 'help' || words.includes('--help')) {
    console.log(USAGE);
  } else if (action === 'validate' && file && more.length === 0) {
    process.exitCode = await validateFile(file);
  } else {
    console.error(USAGE);
    process.exitCode = 2;
  }
}

async function validateFile(file: string): Promise<number> {
  const name = file === '-' ? '<stdin>' : file;
  const text = await readText(file);
  if (text === null) return 2;
  const result = readRepositoryConfiguration(text, { workspaces: null });
  if (result.ok) {
    console.log(`${name}: no problems. The names of workspaces can't be checked offline.`);
    return 0;
  }
  for (const { line, column, message } of result.problems)
    console.log(`${name}:${line}:${column}: ${message}`);
  return 1;
}

/** Replaces invalid UTF-8 by a character that the parser reports with its position. */
async function readText(file: string): Promise<string | null> {
  try {
    const bytes = file === '-' ? await buffer(process.stdin) : await readFile(file);
    return bytes.toString('utf8');
  } catch (error) {
    console.error(`${file} can't be read: ${(error as Error).message}.`);
    return null;
  }
}
