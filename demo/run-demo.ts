import { parseArgs } from 'node:util';
import { playDemo } from './play-demo.ts';

const USAGE = `Usage: npm run demo -- [--keep] [--pictures <folder>]

  --keep               keep everything running after the acts until Ctrl-C
  --pictures <folder>  take the pictures for the documentation with Chromium`;

/** Runs the real app against a simulated GitHub and a simulated Meltano Cloud, and sets the exit code. */
async function runDemo(words: string[]): Promise<void> {
  try {
    const { values } = parseArgs({
      args: words,
      options: { keep: { type: 'boolean', default: false }, pictures: { type: 'string' } },
    });
    process.exitCode = await playDemo({ keep: values.keep, pictures: values.pictures ?? null });
  } catch (error) {
    if (!isUsageError(error)) throw error;
    const [problem] = error.message.split('. ', 1);
    console.error(`${problem}.\n\n${USAGE}`);
    process.exitCode = 2;
  }
}

function isUsageError(error: unknown): error is Error {
  return error instanceof Error && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS_');
}

await runDemo(process.argv.slice(2));
