import type { CommitRun } from '../domain/commit-run.ts';
import type { Deployment } from '../domain/deployment.ts';
import type { Dispatcher } from '../domain/dispatcher.ts';

/** The one writer of check runs decides what to write, and when. */
export interface Reporter {
  /** A visible change was stored. */
  changed(deployment: Deployment): void;
  /**
   * The log was read, and maybe has more lines. Gives in how many milliseconds to read it again at the latest, so that what it
   * says then can be written at once.
   */
  logRead(deployment: Deployment, grew: boolean): number;
  /** A configuration file, or the projects of a commit, were checked. */
  commitJudged(run: CommitRun): void;
}

/** Wakes the commands that requested or withdrew a deployment when it changes. */
export function notifyCommands(reporter: Reporter, dispatcher: Dispatcher): Reporter {
  return {
    logRead: (deployment, grew) => reporter.logRead(deployment, grew),
    commitJudged: (run) => reporter.commitJudged(run),
    changed(deployment) {
      reporter.changed(deployment);
      const { cause, deliveryId, withdrawDeliveryId } = deployment;
      if (cause === 'command') dispatcher.wake('command', deliveryId);
      if (withdrawDeliveryId !== null) dispatcher.wake('command', withdrawDeliveryId);
    },
  };
}
