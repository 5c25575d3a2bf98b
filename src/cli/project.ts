import { realpathSync, statSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { parseArgs } from 'node:util';
import { checkProject, type ProjectCheck } from '../project/check-project.ts';
import { DiskSource } from '../project/disk-source.ts';
import { findLostWork } from '../project/find-lost-work.ts';
import { listCloudCommits, openGitHistory } from '../project/git-history.ts';
import { findCommit, GitSource } from '../project/git-source.ts';
import { ParsedFiles } from '../project/parsed-files.ts';
import { planChanges } from '../project/plan/plan.ts';
import { renderLostWork } from '../project/plan/render-lost-work.ts';
import { renderPlan } from '../project/plan/render-plan.ts';
import { readProject } from '../project/read-project.ts';
import { judgeCheck, renderLeftOut, renderLine, renderWorkflowCommand } from '../project/render-findings.ts';

const USAGE = `Usage: meltano-deploy project check [directory] [--format text|github|json]
       meltano-deploy project plan <revision>..<revision> [directory]

  check    check the Meltano project in a directory (default: the current one) offline
  plan     print the changes between two commits of a git checkout as Markdown

A check prints each finding as path:line:column: level: message [rule], as annotations of GitHub Actions, or as JSON.
Exit code 0: no errors, 1: errors, 2: the directory or a commit can't be read, or the arguments are invalid.`;

const FORMATS = ['text', 'github', 'json'];
const REVISIONS = /^(.*[^.])\.\.([^.].*)$/;

/** Checks a Meltano project or prints a plan, offline. Sets the process's exit code. */
export async function runProject(words: readonly string[]): Promise<void> {
  if (words[0] === 'help' || words.includes('--help')) {
    console.log(USAGE);
    return;
  }
  process.exitCode = (await runAction(words)) ?? refuse(USAGE);
}

/** Returns the exit code, or null for invalid arguments. */
async function runAction([action, ...words]: readonly string[]): Promise<number | null> {
  const read = readArguments(words);
  if (read === null) return null;
  const { format, names } = read;
  if (action === 'check' && names.length <= 1) return check(names[0] ?? '.', format ?? 'text');
  const [revisions = '', directory = '.', ...more] = names;
  const found = REVISIONS.exec(revisions);
  if (action !== 'plan' || format !== null || more.length > 0 || !found) return null;
  return plan(found[1] ?? '', found[2] ?? '', directory);
}

interface Arguments {
  readonly names: readonly string[];
  readonly format: string | null;
}

function readArguments(words: readonly string[]): Arguments | null {
  try {
    const { values, positionals } = parseArgs({
      args: [...words],
      allowPositionals: true,
      options: {
        format: { type: 'string' },
      },
    });
    if (values.format !== undefined && !FORMATS.includes(values.format)) return null;
    return {
      names: positionals,
      format: values.format ?? null,
    };
  } catch {
    // An unknown option.
    return null;
  }
}

async function plan(from: string, to: string, directory: string): Promise<number> {
  const place = findPlace(directory);
  if (place === null) return refuse(`${directory} is not a directory.`);
  const { source, path } = place;
  const [before = null, after = null] = [from, to].map((revision) => findCommit(source.root, revision));
  if (before === null || after === null) {
    return refuse(`There is no commit ${before === null ? from : to} in ${directory}.`);
  }
  const options = { directory: path, parsed: new ParsedFiles() };
  const read = (commit: string) => readProject(new GitSource(source.root, commit), options);
  const commits = listCloudCommits(source.root, { from: before, to: after, directory: path });
  const lost = renderLostWork(await findLostWork(commits, openGitHistory(source.root, after)));
  if (lost !== '') console.log(lost);
  console.log(renderPlan(planChanges(await read(before), await read(after))));
  return 0;
}

async function check(directory: string, format: string): Promise<number> {
  const place = findPlace(directory);
  if (place === null) return refuse(`${directory} is not a directory.`);
  const { source, path } = place;
  const result = checkProject(await readProject(source, { directory: path }));
  if (format === 'json') console.log(JSON.stringify(toJson(result), null, 2));
  else if (format === 'github') {
    for (const finding of result.findings) console.log(renderWorkflowCommand(finding));
    for (const file of result.leftOut) console.log(renderLeftOut(file));
  } else printText(result, source.root);
  return result.findings.some(({ level }) => level === 'error') ? 1 : 0;
}

interface DirectoryPlace {
  readonly source: DiskSource;
  /** The directory, relative to the root of the repository. */
  readonly path: string;
}

function findPlace(directory: string): DirectoryPlace | null {
  if (!statSync(directory, { throwIfNoEntry: false })?.isDirectory()) return null;
  const folder = realpathSync(directory);
  const source = new DiskSource(folder);
  return {
    source,
    path: toPath(relative(source.root, folder)),
  };
}

function printText(result: ProjectCheck, root: string): void {
  for (const finding of result.findings) {
    // Relative to the current directory, so terminals and editors can open it.
    const path = toPath(relative(process.cwd(), join(root, finding.path)));
    console.log(renderLine({ ...finding, path }));
  }
  for (const { path, why } of result.leftOut) console.log(`${path} was left out: ${why}.`);
  const { skipped } = result;
  if (skipped.length > 0) {
    console.log(`Not checked, because a file can't be read: ${skipped.map(({ code }) => code).join(', ')}.`);
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
