import type { ProcessContext } from '../app-context.ts';
import { listTenantSecrets, readTenantsFile, type TenantsSource } from '../config/tenants-file.ts';
import type { Redactor } from '../logs/redact.ts';
import { AccountRegistry } from './account-registry.ts';

/** The Meltano Cloud accounts that the environment and the operator's file name. */
export function createAccounts(context: ProcessContext): AccountRegistry {
  const { configuration, clock, log, redactor, metrics, dependencies } = context;
  const { meltano, adoptJobs, tenants, proxy } = configuration;
  return new AccountRegistry(
    { meltano, adoptJobs, tenants: tenants?.accounts ?? [], proxy },
    {
      clock,
      log,
      onToken: redactor.learnToken,
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
      async redact(text) {
        const { lines } = await redactor.forLog().redactLines([text]);
        return lines.join(' ');
      },
    },
  );
}

export interface ReloadPorts {
  readonly source: TenantsSource;
  readonly accounts: Pick<AccountRegistry, 'replace'>;
  readonly redactor: Pick<Redactor, 'learnSecrets'>;
  readonly log: ProcessContext['log'];
}

/** Reads the operator's file again. A good one takes effect at once; a bad one changes nothing, and all that is wrong is logged. */
export function reloadTenants({ source, accounts, redactor, log }: ReloadPorts): void {
  const read = readTenantsFile(source);
  if (!read.ok) {
    for (const problem of read.problems) log.error({ problem }, "The operator's file has a problem");
    log.error("The operator's file was not taken over: what it said before still counts");
    return;
  }
  redactor.learnSecrets(read.accounts.flatMap(listTenantSecrets));
  accounts.replace(read.accounts);
  log.info({ accounts: read.accounts.map((one) => one.login) }, "The operator's file was read again");
}
