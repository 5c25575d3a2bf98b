import type { Samples } from '../waits/scenario.ts';
import type { ScenarioName } from '../waits/scenarios.ts';

/** What the parent asks of the process with the simulated services; every answer holds the field that is named here. */
export type WorldRequest =
  | { readonly ask: 'environment' }
  /** Workspaces, each with a repository of its own, spread over so many installations. */
  | { readonly ask: 'prepare'; readonly deployments: number; readonly installations: number }
  /** Pushes once to each repository; answered when all jobs run and all check runs say so. */
  | { readonly ask: 'begin'; readonly webhookUrl: string }
  /** Makes jobs and check runs without any app: for the peers, which are told what to watch. */
  | { readonly ask: 'begin without app' }
  /** From now on each job of the first so many writes a line every so often. */
  | { readonly ask: 'log'; readonly jobs: number; readonly everyMs: number }
  /** Counts from zero. */
  | { readonly ask: 'reset' }
  | { readonly ask: 'counts' }
  /** Ends the jobs from one to another, one after the other in so many milliseconds; answered when all are reported. */
  | { readonly ask: 'end'; readonly from: number; readonly to: number; readonly withinMs: number }
  /** Pushes to each repository while nobody listens; GitHub's log shows that only after so many milliseconds. */
  | { readonly ask: 'lose pushes'; readonly logLagMs: number }
  /** Answered when each of these pushes has its job: when the jobs were made (epoch milliseconds). */
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

/** A repository that a workspace tracks, as a push to it has to name it. */
export interface PreparedRepository {
  readonly id: number;
  readonly owner: string;
  readonly name: string;
  readonly installationId: number;
  readonly head: string;
}

/** What a peer is told about a deployment that it shall watch. */
export interface WatchedJob {
  readonly jobUrl: string;
  readonly checkRunsUrl: string;
  readonly headSha: string;
  readonly githubToken: string;
  readonly meltanoToken: string;
}

export interface WorldCounts {
  readonly seconds: number;
  /** Requests to Meltano Cloud: a job's status, its log, anything else. */
  readonly statusReads: number;
  readonly logReads: number;
  readonly otherReads: number;
  readonly githubWrites: number;
  readonly githubReads: number;
  /** Status reads of the job that had most, of those that write nothing. */
  readonly mostQuietReads: number;
}

export interface Lag {
  readonly job: number;
  /** Milliseconds from the end of the job to the completed check run. */
  readonly ms: number;
}
