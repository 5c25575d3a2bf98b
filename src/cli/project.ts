import { realpathSync, statSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { parseArgs } from 'node:util';
import { checkProject, type ProjectCheck } from '../project/check-project.ts';
import { DiskSource } from '../project/disk-source.ts';
import { readProject } from '../project/read-project.ts';
import { judgeCheck, renderLine, renderWorkflowCommand } from '../project/render-findings.ts';

const USAGE = `Usage: meltano-deploy project check [directory] [--format text|github|json]

  check    look for mistakes in the Meltano project in a directory (this one unless you name another), offline

Prints each finding as path:line:column: level: message [rule], as annotations of GitHub Actions, or as JSON.
Exit code 0: no errors, 1: errors, 2: the directory can't be read, or the command isn't understood.`;

const FORMATS = ['text', 'github', 'json'];

/** Looks after a Meltano project, offline; sets the process's exit code. */
export async function runProject(words: readonly string[]): Promise<void> {
  const [action, ...rest] = words;
  if (action === 'help' || words.includes('--help')) {
    console.log(USAGE);
    return;
  }
  const wanted = action === 'check' ? readArguments(rest) : null;
  process.exitCode = wanted ? await check(wanted) : refuse(USAGE);
}

interface Wanted {
  readonly directory: string;
  readonly format: string;
}

function readArguments(words: readonly string[]): Wanted | null {
  try {
    const { values, positionals } = parseArgs({
      args: [...words],
      allowPositionals: true,
      options: {
        format: { type: 'string', default: 'text' },
      },
    });
    if (positionals.length > 1 || !FORMATS.includes(values.format)) return null;
    return {
      directory: positionals[0] ?? '.',
      format: values.format,
    };
  } catch {
    // An option that there isn't.
    return null;
  }
}

async function check({ directory, format }: Wanted): Promise<number> {
  if (!statSync(directory, { throwIfNoEntry: false })?.isDirectory()) {
    return refuse(`${directory} is not a directory.`);
  }
  const folder = realpathSync(directory);
  const source = new DiskSource(folder);
  const result = checkProject(
    await readProject(source, { directory: toPath(relative(source.root, folder)) }),
  );
  if (format === 'json') console.log(JSON.stringify(toJson(result), null, 2));
  else if (format === 'github')
    for (const finding of result.findings) console.log(renderWorkflowCommand(finding));
  else printText(result, source.root);
  return result.findings.some(({ level }) => level === 'error') ? 1 : 0;
}

function printText(result: ProjectCheck, root: string): void {
  for (const finding of result.findings) {
    // From here, so that terminals and editors can open it.
    const path = toPath(relative(process.cwd(), join(root, finding.path)));
    console.log(renderLine({ ...finding, path }));
  }
  for (const { path, why } of result.leftOut) console.log(`${path} was left out: ${why}.`);
  const { skipped } = result;
  if (skipped.length > 0) {
    console.log(`Not checked, since a file can't be read: ${skipped.map(({ code }) => code).join(', ')}.`);
  }
  if (result.findings.length === 0) console.log(`${judgeCheck(result).title}.`);
}

function toJson({ findings, skipped, leftOut }: ProjectCheck) {
  return {
    findings,
    skippedRules: skipped.map(({ code }) => code),
    leftOut,
  };
}

function toPath(path: string): string {
  return path.split(sep).join('/');
}

function refuse(why: string): number {
  console.error(why);
  return 2;
}
