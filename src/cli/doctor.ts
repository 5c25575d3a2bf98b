import { parseArgs } from 'node:util';
import packageJson from '../../package.json' with { type: 'json' };
import { loadEnvFile } from '../config/load-env-file.ts';
import { readProxy, routeFetch } from '../config/outgoing-proxy.ts';
import { examine } from './doctor/examine.ts';
import { type Finding, renderFinding, renderSummary } from './doctor/finding.ts';

const USAGE = `Usage: meltano-deploy doctor [--json]

  --json   print one JSON document instead of lines

Checks the environment, the GitHub App, its webhook, the clock, Meltano Cloud, the database, and each repository with
workspaces. Changes nothing. Exit code 0: no problems, 1: problems, 2: invalid arguments.`;

/** Prints the problems of the set-up and their fixes. Sets the process's exit code. */
export async function runDoctor(words: string[]): Promise<void> {
  const options = readOptions(words);
  if (options === 'help') return console.log(USAGE);
  if (!options) {
    console.error(USAGE);
    process.exitCode = 2;
    return;
  }
  let hasEnvFile: boolean;
  try {
    hasEnvFile = loadEnvFile(process.env);
  } catch (error) {
    console.error((error as Error).message);
    process.exitCode = 1;
    return;
  }
  routeFetch(readProxy(process.env).proxy);
  const findings: Finding[] = [];
  for await (const finding of examine({ env: process.env, hasEnvFile, now: Date.now })) {
    findings.push(finding);
    if (!options.json) console.log(renderFinding(finding));
  }
  const isWell = findings.every(({ result }) => result !== 'wrong');
  console.log(options.json ? renderJson(findings, isWell) : `\n${renderSummary(findings)}`);
  process.exitCode = isWell ? 0 : 1;
}

function readOptions(words: string[]): { json: boolean } | 'help' | null {
  if (words[0] === 'help' || words.includes('--help')) return 'help';
  try {
    return parseArgs({ args: words, options: { json: { type: 'boolean', default: false } } }).values;
  } catch {
    return null;
  }
}

function renderJson(findings: readonly Finding[], ok: boolean): string {
  return JSON.stringify({ version: packageJson.version, ok, findings }, null, 2);
}
