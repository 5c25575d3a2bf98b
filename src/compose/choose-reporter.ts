import type { Accounts } from '../domain/account.ts';
import type { Reporter } from '../reporting/reporter.ts';
import { SharedReporter } from '../reporting/shared-reporter.ts';
import { type Reporting, tellConversations } from './create-reporting.ts';
import type { Foundation } from './foundation.ts';

export interface ReporterPorts {
  readonly reporting: Reporting;
  readonly accounts: Accounts;
  /** Reads a concluded deployment's log and lets its last report go out. */
  readonly finish: (deploymentId: string) => Promise<number | null>;
}

export interface ChosenReporter {
  readonly reporter: Reporter;
  /** An installation may be usable again: what waits for it is tried at once. */
  readonly resume: (installationId: number) => void;
}

/** Whom the steps tell what changed: the writer itself, or with several instances whichever of them writes. */
export function chooseReporter(
  foundation: Foundation,
  { reporting, accounts, finish }: ReporterPorts,
): ChosenReporter {
  const { shared, dispatcher, stores, clock } = foundation;
  const { writer, writing, reporter, logs } = reporting;
  if (shared && writing) {
    const across = new SharedReporter({
      writer,
      writing,
      logs,
      accounts,
      dispatcher,
      finish,
      reports: stores,
      repositories: stores,
      resumes: stores,
      clock,
      leases: shared.leases,
      local: shared.local,
    });
    return { reporter: tellConversations(across, dispatcher), resume: (id) => across.resume(id) };
  }
  dispatcher.handle('log', finish);
  return { reporter, resume: (id) => writer.resume(id) };
}
