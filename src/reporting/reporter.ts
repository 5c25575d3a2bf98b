import type { CommitRun } from '../domain/commit-run.ts';
import type { Deployment } from '../domain/deployment.ts';
import type { Dispatcher } from '../domain/dispatcher.ts';
import type { PipelineWatch } from '../domain/pipeline-watch.ts';

/** Takes note of changes. The one writer of check runs decides what to write and when. */
export interface Reporter {
  /** A visible change was stored. */
  changed(deployment: Deployment): void;
  /**
   * The log was read; `grew` if it had new lines. Returns the longest delay until the next read (milliseconds), so that the
   * next write shows the newest lines.
   */
  logRead(of: Deployment | PipelineWatch, grew: boolean): number;
  /** A configuration file or the projects of a commit were checked. */
  commitJudged(run: CommitRun): void;
  /** A visible change of the jobs of pipelines was stored. */
  pipelinesChanged(watch: PipelineWatch): void;
}

/** Wakes what follows a deployment's changes: the commands that requested or withdrew it, and required checks. */
export function notifyCommands(reporter: Reporter, dispatcher: Dispatcher): Reporter {
  return {
    logRead: (of, grew) => reporter.logRead(of, grew),
    commitJudged: (run) => reporter.commitJudged(run),
    pipelinesChanged(watch) {
      reporter.pipelinesChanged(watch);
      if (watch.deliveryId !== null) dispatcher.wake('command', watch.deliveryId);
    },
    changed(deployment) {
      reporter.changed(deployment);
      const { id, cause, deliveryId, withdrawDeliveryId, state, checkRunId } = deployment;
      // The required checks of commits follow beginnings and ends.
      if (state === 'concluded' || checkRunId === null) dispatcher.wake('required', id);
      if (cause === 'command') dispatcher.wake('command', deliveryId);
      if (withdrawDeliveryId !== null) dispatcher.wake('command', withdrawDeliveryId);
    },
  };
}
