import { type Finding, findingsOf } from './finding.ts';

const { ok, wrong, note } = findingsOf('environment');

export interface EnvironmentLook {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly problems: readonly string[];
  /** True if a file `.env` was read. */
  readonly hasEnvFile: boolean;
}

/** Checks that the environment is complete and valid, including the files that it names. */
export function checkEnvironment({ env, problems, hasEnvFile }: EnvironmentLook): Finding[] {
  const source = hasEnvFile ? 'The environment, with .env,' : 'The environment (without a .env file)';
  const findings = problems.map((problem) => wrong(stripStop(problem), adviseOn(problem)));
  if (findings.length === 0) findings.push(ok(`${source} is complete and valid`));
  if (env['WEBHOOK_PROXY_URL']?.trim()) {
    findings.push(
      note(
        'Deliveries come through the channel WEBHOOK_PROXY_URL',
        'In production, give the App your own address and remove the variable',
      ),
    );
  }
  if (env['TENANTS_FILE']?.trim()) {
    findings.push(note('TENANTS_FILE is now called ACCOUNTS_FILE', 'Rename the variable'));
  }
  return findings;
}

function stripStop(sentence: string): string {
  return sentence.replace(/\.$/, '');
}

function adviseOn(problem: string): string {
  if (/^APP_ID is missing/.test(problem)) {
    return 'Set it from the settings page of the GitHub App, or run "npm start" without it, which opens a page that registers one';
  }
  const [name = ''] = /^[A-Z_]+(?= )/.exec(problem) ?? [];
  return name
    ? `Set ${name} in the environment or in .env (docs/configuration.md)`
    : 'Correct it in the environment, in .env or in the named file (docs/configuration.md)';
}
