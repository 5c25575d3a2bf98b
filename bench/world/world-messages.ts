import type { Samples } from '../waits/scenario.ts';
import type { ScenarioName } from '../waits/scenarios.ts';

/** Requests to the process with the simulated services. */
export type WorldRequest =
  | { readonly ask: 'environment' }
  /** Adds workspaces with one repository each, spread over the installations. */
  | { readonly ask: 'prepare'; readonly deployments: number; readonly installations: number }
  /** Pushes to each repository, and waits until all jobs and check runs are in progress. */
  | { readonly ask: 'begin'; readonly webhookUrl: string }
  /** Creates jobs and check runs without the app, for the peers to watch. */
  | { readonly ask: 'begin without app' }
  /** The first `jobs` jobs write a line every `everyMs`. */
  | { readonly ask: 'log'; readonly jobs: number; readonly everyMs: number }
  /** Resets the counts. */
  | { readonly ask: 'reset' }
  | { readonly ask: 'counts' }
  /** Ends the jobs `from` to `to` within `withinMs`, and waits until all are reported. */
  | { readonly ask: 'end'; readonly from: number; readonly to: number; readonly withinMs: number }
  /** Pushes to each repository while the app is stopped. GitHub's log shows the attempts after `logLagMs`. */
  | { readonly ask: 'lose pushes'; readonly logLagMs: number }
  /** Waits until each of these pushes has a job, and returns when (epoch milliseconds). */
  | { readonly ask: 'await lost pushes' }
  /** Plays one of the scenarios of `bench/waits`. */
  | {
      readonly ask: 'play';
      readonly scenario: ScenarioName;
      readonly webhookUrl: string;
      readonly quick: boolean;
    };

export interface WorldAnswer {
  readonly environment: Readonly<Record<string, string>>;
  readonly prepared: readonly PreparedRepository[];
  readonly begun: readonly WatchedJob[];
  readonly counts: WorldCounts;
  readonly lags: readonly Lag[];
  readonly jobTimes: readonly number[];
  readonly samples: Samples;
  readonly done: true;
}

/** The fields that identify a tracked repository in a push. */
export interface PreparedRepository {
  readonly id: number;
  readonly owner: string;
  readonly name: string;
  readonly installationId: number;
  readonly head: string;
}

/** A deployment that a peer watches. */
export interface WatchedJob {
  readonly jobUrl: string;
  readonly checkRunsUrl: string;
  readonly headSha: string;
  readonly githubToken: string;
  readonly meltanoToken: string;
}

export interface WorldCounts {
  readonly seconds: number;
  /** Requests to Meltano Cloud, for the status, the log or anything else. */
  readonly statusReads: number;
  readonly logReads: number;
  readonly otherReads: number;
  readonly githubWrites: number;
  readonly githubReads: number;
  /** The largest number of status reads of a quiet job. */
  readonly mostQuietReads: number;
}

export interface Lag {
  readonly job: number;
  /** Milliseconds from the end of the job to the completed check run. */
  readonly ms: number;
}
