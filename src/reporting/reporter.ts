import type { ConfigurationRun } from '../domain/configuration-run.ts';
import type { Deployment } from '../domain/deployment.ts';

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
