import type { ProcessContext } from '../app-context.ts';
import { type AccountsSource, listAccountSecrets, readAccountsFile } from '../config/accounts-file.ts';
import type { Redactor } from '../logs/redact.ts';
import { AccountRegistry } from './account-registry.ts';

/** Creates the Meltano Cloud accounts of the environment and the accounts file. */
export function createAccounts(context: ProcessContext): AccountRegistry {
  const { configuration, clock, log, redactor, metrics, dependencies } = context;
  const { meltano, adoptJobs, accountsFile, proxy } = configuration;
  return new AccountRegistry(
    { meltano, adoptJobs, configured: accountsFile?.accounts ?? [], proxy },
    {
      clock,
      log,
      onToken: redactor.learnToken,
      onDeploymentSecret: (secret) => redactor.learnSecrets([secret]),
      onRequest: metrics.requestToMeltano,
      onCall: (answered) => dependencies.note('meltano', answered),
      onCircuit(account, openSince) {
        dependencies.noteCircuit(account, openSince);
        metrics.circuit(account, openSince !== null);
      },
      onRetired(account) {
        dependencies.noteCircuit(account, null);
        metrics.forgetCircuit(account);
      },
      redact: redactor.redactMessage,
    },
  );
}

export interface ReloadPorts {
  readonly source: AccountsSource;
  readonly replaceAccounts: AccountRegistry['replace'];
  readonly redactor: Redactor;
  readonly log: ProcessContext['log'];
}

/** Reads the accounts file again. A valid file takes effect at once. For an invalid file, only logs each problem. */
export function reloadAccounts({ source, replaceAccounts, redactor, log }: ReloadPorts): void {
  const read = readAccountsFile(source);
  if (!read.ok) {
    for (const problem of read.problems) log.error({ problem }, 'The accounts file has a problem');
    log.error('The accounts file was not applied: its earlier contents stay in use');
    return;
  }
  redactor.learnSecrets(read.accounts.flatMap(listAccountSecrets));
  replaceAccounts(read.accounts);
  log.info({ accounts: read.accounts.map((one) => one.login) }, 'The accounts file was read again');
}
