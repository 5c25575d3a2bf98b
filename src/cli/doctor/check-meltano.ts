import type { Configuration } from '../../config/environment.ts';
import type { Account, Accounts } from '../../domain/account.ts';
import { isMatched } from '../../domain/repository-configuration.ts';
import type { Workspace } from '../../domain/workspace.ts';
import { makeAccountKey } from '../../meltano/account-registry.ts';
import { describeFailure } from '../../reporting/render/describe-meltano-failure.ts';
import { type Finding, findingsOf } from './finding.ts';

const { ok, wrong, note } = findingsOf('meltano');

interface NamedAccount {
  readonly account: Account;
  /** Begins a message, such as `Meltano Cloud, for @acme`. */
  readonly label: string;
  readonly apiUrl: string;
  /** Names the settings of the credentials. */
  readonly place: string;
  readonly allowed: readonly string[];
}

/** Meltano Cloud may count more workspaces than it shows. */
export interface UnlistedWorkspaces {
  readonly seen: number;
  readonly total: number;
}

/** Workspaces whose pipelines are counted. */
const MOST_WORKSPACES = 50;
const REPEATED = "Its pages repeat. Tell Meltano's support";

/** Checks the credentials of each account, and counts its workspaces and their pipelines. */
export async function checkMeltano(
  configuration: Configuration,
  accounts: Accounts,
  unlisted: ReadonlyMap<string, UnlistedWorkspaces>,
): Promise<Finding[]> {
  const findings = await Promise.all(
    listAccounts(configuration, accounts).map((named) => checkAccount(named, unlisted)),
  );
  return findings.flat();
}

function listAccounts({ meltano, accountsFile }: Configuration, accounts: Accounts): NamedAccount[] {
  const named = (accountsFile?.accounts ?? []).flatMap(({ login, apiUrl, allowedWorkspaces }) => {
    const account = accounts.byKey(makeAccountKey(login));
    const place = `accounts.${login} of ${accountsFile?.source.file}`;
    const about = {
      label: `Meltano Cloud, for @${login}`,
      apiUrl,
      place,
      allowed: allowedWorkspaces ?? [],
    };
    return account ? [{ account, ...about }] : [];
  });
  const own = meltano.credentials && accounts.byKey('environment');
  if (!own) return named;
  const label = named.length > 0 ? 'Meltano Cloud, for all other accounts' : 'Meltano Cloud';
  const place = 'MELTANO_API_TOKEN, or MELTANO_CLIENT_ID and MELTANO_CLIENT_SECRET';
  return [...named, { account: own, label, apiUrl: meltano.apiUrl, place, allowed: [] }];
}

async function checkAccount(
  named: NamedAccount,
  unlisted: ReadonlyMap<string, UnlistedWorkspaces>,
): Promise<Finding[]> {
  const { account, label, apiUrl, place, allowed } = named;
  const listed = await account.directory.current();
  if (!listed.ok) {
    const { failure } = listed;
    const isRefused = failure.kind === 'status' && (failure.status === 401 || failure.status === 403);
    const advice = isRefused
      ? `Replace the credentials: ${place}`
      : `Check the network and ${place.startsWith('accounts.') ? `api_url in ${place}` : 'MELTANO_API_URL'}; then try again`;
    return [wrong(`${label} can't be used at ${apiUrl}: ${describeFailure(failure)}`, advice)];
  }
  const { workspaces } = listed.value;
  const seen = new Set(workspaces.map(({ id }) => id));
  const wanted = [...allowed, ...account.mappings.map(({ workspaceId }) => workspaceId)];
  const unseen = [...new Set(wanted)].filter((id) => !seen.has(id));
  return [
    workspaces.length === 0
      ? wrong(
          `${label} shows no workspace at ${apiUrl}`,
          'Make the profile of these credentials a member of the workspaces',
        )
      : ok(`${label} shows ${countWorkspaces(workspaces.length)} at ${apiUrl}`),
    ...unseen.map((id) =>
      wrong(
        `${label} doesn't show the workspace ${id}, which the accounts file names`,
        `Correct the id in ${place}, or make the profile of its credentials a member of the workspace`,
      ),
    ),
    ...listUnlisted(unlisted.get(account.key), label),
    ...listWithout(workspaces.filter(({ repositoryUrl }) => !repositoryUrl).length, label),
    ...checkLimits(named, workspaces),
    ...(await checkPipelines(account, label, workspaces)),
  ];
}

/** Names entries of `workspaces` in the accounts file that limit nothing. */
function checkLimits({ account: { policy }, place }: NamedAccount, known: readonly Workspace[]): Finding[] {
  return (policy?.limits.workspaces ?? []).flatMap(({ match }) =>
    known.some((one) => isMatched(match, one))
      ? []
      : [
          wrong(
            `No workspace matches ${JSON.stringify(match)}, so its limits do nothing`,
            `Correct match in the workspaces of ${place}: it is a name or id, in which * stands for any characters`,
          ),
        ],
  );
}

function listUnlisted(unlisted: UnlistedWorkspaces | undefined, label: string): Finding[] {
  if (!unlisted) return [];
  const { seen, total } = unlisted;
  return [note(`${label} counts ${countWorkspaces(total)}, but lists only ${seen}`, REPEATED)];
}

/** Counts the pipelines of each workspace, one after the other. */
async function checkPipelines(
  { api }: Account,
  label: string,
  workspaces: readonly Workspace[],
): Promise<Finding[]> {
  const findings: Finding[] = [];
  for (const { id, name } of workspaces.slice(0, MOST_WORKSPACES)) {
    const listed = await api.listPipelines(id);
    if (!listed.ok) {
      findings.push(
        note(`${label} doesn't show the pipelines of ${name}: ${describeFailure(listed.failure)}`),
      );
      continue;
    }
    const { pipelines, total } = listed.value;
    if (total === null || total <= pipelines.length) continue;
    const message = `${label} counts ${total} pipelines of ${name}, but lists only ${pipelines.length}`;
    findings.push(note(message, REPEATED));
  }
  return findings;
}

function listWithout(count: number, label: string): Finding[] {
  if (count === 0) return [];
  return [note(`${label} shows ${countWorkspaces(count)} without a repository, which no push deploys`)];
}

function countWorkspaces(count: number): string {
  return count === 1 ? '1 workspace' : `${count} workspaces`;
}
