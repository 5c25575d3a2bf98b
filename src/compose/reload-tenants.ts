import type { Logger } from 'pino';
import { listTenantSecrets, readTenantsFile, type TenantsSource } from '../config/tenants-file.ts';
import type { Redactor } from '../logs/redact.ts';
import type { AccountRegistry } from '../meltano/account-registry.ts';

export interface ReloadPorts {
  readonly source: TenantsSource;
  readonly accounts: Pick<AccountRegistry, 'replace'>;
  readonly redactor: Pick<Redactor, 'learnSecrets'>;
  readonly log: Logger;
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
