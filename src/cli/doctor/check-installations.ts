import type { Configuration } from '../../config/environment.ts';
import type { Account, Accounts } from '../../domain/account.ts';
import type { Repository } from '../../domain/deployment.ts';
import { listReferences, nameRepository, viewWorkspaces } from '../../domain/match-workspaces.ts';
import { isMeant, knowOwner } from '../../domain/owner.ts';
import { NO_POLICY } from '../../domain/repository-configuration.ts';
import { normalizeHost } from '../../domain/repository-url.ts';
import type { Workspace } from '../../domain/workspace.ts';
import { createInstallationReader, readOwner } from '../../github/installation-reader.ts';
import { checkRepository } from './check-repository.ts';
import { describeError, type GitHubConnection } from './connect-github.ts';
import { type Finding, findingsOf } from './finding.ts';
import { listMissing, type Manifest } from './read-manifest.ts';

const { ok, wrong, note } = findingsOf('repositories');

export interface InstallationsLook {
  readonly github: GitHubConnection;
  readonly configuration: Configuration;
  /** Null if the settings for Meltano Cloud are invalid. */
  readonly accounts: Accounts | null;
  readonly manifest: Manifest;
}

type Installation = Awaited<
  ReturnType<GitHubConnection['app']['rest']['apps']['listInstallations']>
>['data'][number];

/** Checks each installation of the App, and each of its repositories with workspaces. */
export async function checkInstallations(look: InstallationsLook): Promise<Finding[]> {
  try {
    const { app } = look.github;
    const installations = await app.paginate(app.rest.apps.listInstallations, { per_page: 100 });
    if (installations.length === 0) {
      return [
        wrong(
          "The App isn't installed on any account",
          'Install it on the repositories of your workspaces: settings of the App, "Install App"',
        ),
      ];
    }
    const findings: Finding[] = [];
    for (const installation of installations) findings.push(...(await checkInstallation(look, installation)));
    return findings;
  } catch (error) {
    return [wrong(`The installations of the App can't be read: ${describeError(error)}`, 'Try again later')];
  }
}

async function checkInstallation(look: InstallationsLook, installation: Installation): Promise<Finding[]> {
  const { configuration, accounts, manifest } = look;
  const shown = readOwner(installation.account);
  const { login } = shown;
  if (installation.suspended_at) {
    return [
      note(
        `@${login}: the installation is suspended, so the app deploys nothing there`,
        `Unsuspend it: ${installation.html_url}`,
      ),
    ];
  }
  const { allowedAccounts, accountsFile } = configuration;
  const named = [...(allowedAccounts ?? []), ...(accountsFile?.accounts ?? [])];
  // The doctor doesn't open the database with the former logins, so it uses the current one.
  const owner = knowOwner(shown, { holderId: shown.id, logins: [login.toLowerCase()] }, named);
  if (owner.isLoginTaken) {
    return [
      note(
        `@${login}: its id is ${shown.id}, but the configuration names another id for this login, so it isn't served`,
      ),
    ];
  }
  if (allowedAccounts && !allowedAccounts.some((one) => isMeant(one, owner))) {
    return [note(`@${login}: ALLOWED_ACCOUNTS doesn't name it, so it isn't served`)];
  }
  const missing = listMissing(manifest.permissions, installation.permissions);
  const permissions =
    missing.length === 0
      ? []
      : [
          wrong(
            `@${login}: the installation lacks permissions: ${missing.join(', ')}`,
            `An owner of @${login} must accept them: ${installation.html_url}`,
          ),
        ];
  // `checkMeltano` reports problems with the credentials.
  if (!accounts)
    return [...permissions, note(`@${login}: its repositories can't be checked without Meltano Cloud`)];
  const account = accounts.forOwner(owner);
  if (!account) {
    return [
      ...permissions,
      wrong(
        `@${login}: there are no Meltano Cloud credentials for it, so it isn't served`,
        'Name it in the accounts file (ACCOUNTS_FILE), or set MELTANO_API_TOKEN, or leave it out of ALLOWED_ACCOUNTS',
      ),
    ];
  }
  return [...permissions, ...(await checkRepositories(look, { installation, login, account }))];
}

interface ServedInstallation {
  readonly installation: Installation;
  readonly login: string;
  readonly account: Account;
}

async function checkRepositories(
  look: InstallationsLook,
  { installation, login, account }: ServedInstallation,
): Promise<Finding[]> {
  const listed = await account.directory.current();
  if (!listed.ok)
    return [note(`@${login}: its repositories can't be checked without the list of workspaces`)];
  const octokit = look.github.forInstallation(installation.id);
  const reader = createInstallationReader({
    getOctokit: async () => octokit,
    getAppOctokit: async () => octokit,
  });
  const findings: Finding[] = [];
  let count = 0;
  let served = 0;
  try {
    for await (const page of reader.listRepositories(installation.id)) {
      for (const { repository } of page) {
        count += 1;
        const workspaces = selectOf(repository, listed.value.workspaces, { account, look });
        if (workspaces.length === 0) continue;
        served += 1;
        const appId = look.configuration.github.appId;
        const policy = account.policy ?? NO_POLICY;
        findings.push(...(await checkRepository({ octokit, repository, workspaces, appId, policy })));
      }
    }
  } catch (error) {
    findings.push(
      wrong(`@${login}: its other repositories were not checked: ${describeError(error)}`, 'Try again later'),
    );
  }
  const summary = `@${login}: ${served} of ${count} ${count === 1 ? 'repository has' : 'repositories have'} workspaces`;
  return [served > 0 ? ok(summary) : explainNone(summary), ...findings];
}

function explainNone(summary: string): Finding {
  return wrong(
    summary,
    'Install the App on the repository that a workspace names, or correct the repository URL of the workspace in Meltano Cloud',
  );
}

function selectOf(
  repository: Repository,
  workspaces: readonly Workspace[],
  { account, look }: { account: Account; look: InstallationsLook },
): readonly Workspace[] {
  const references = listReferences(workspaces, {
    host: normalizeHost(look.configuration.github.host),
    mappings: account.mappings,
    names: new Set([nameRepository(repository)]),
  });
  return viewWorkspaces(references);
}
