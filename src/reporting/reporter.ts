import type { ConfigurationRun } from '../domain/configuration-run.ts';
import type { Deployment } from '../domain/deployment.ts';
import type { Dispatcher } from '../domain/dispatcher.ts';

/** Tells the one writer of check runs what changed; it decides what is written, and when. */
export interface Reporter {
  /** A change that a person could see was stored. */
  changed(deployment: Deployment): void;
  /**
   * The log was read, and maybe has more lines. Gives in how many milliseconds to read it again at the latest, so that what it
   * says then can be written at once.
   */
  logRead(deployment: Deployment, grew: boolean): number;
  /** There is something to say about a configuration file. */
  configurationRead(run: ConfigurationRun): void;
}

/** A change of a deployment is news for the command that asked for it, and for the one that withdrew it. */
export function notifyCommands(reporter: Reporter, dispatcher: Dispatcher): Reporter {
  return {
    logRead: (deployment, grew) => reporter.logRead(deployment, grew),
    configurationRead: (run) => reporter.configurationRead(run),
    changed(deployment) {
      reporter.changed(deployment);
      const { cause, deliveryId, withdrawDeliveryId } = deployment;
      if (cause === 'command') dispatcher.wake('command', deliveryId);
      if (withdrawDeliveryId !== null) dispatcher.wake('command', withdrawDeliveryId);
    },
  };
}
