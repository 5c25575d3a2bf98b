import type { Kysely } from 'kysely';
import type { LagStore } from '../commands/answer-status.ts';
import type { CommandStore } from '../commands/command-store.ts';
import type { ApprovalStore } from '../domain/approval-store.ts';
import type { CommitRunStore } from '../domain/commit-run.ts';
import type { ConfigurationStore } from '../domain/configuration-in-use.ts';
import type { DeliveryStore } from '../domain/delivery-store.ts';
import type { DeploymentStore } from '../domain/deployment-store.ts';
import type { GateStore } from '../domain/gate-store.ts';
import type { KeptPushStore } from '../domain/kept-push.ts';
import type { LockReader } from '../domain/lock.ts';
import type { OwnerStore } from '../domain/owner.ts';
import type { PipelineWatchStore } from '../domain/pipeline-watch.ts';
import type { RepositoryStore } from '../domain/repository-store.ts';
import type { SetupRunStore } from '../domain/setup-run.ts';
import type { NotificationStore } from '../notifying/notification-store.ts';
import type { AdoptionStore, PlanHistory, PlanStore } from '../planning/plan-store.ts';
import type { OpenRequiredChecks, RequiredCheckStore } from '../planning/required-check-store.ts';
import type { LogLimitStore } from '../recovery/limit-logs.ts';
import type { ResumableStore } from '../recovery/resume-installation.ts';
import type { RetentionStore } from '../recovery/retain-records.ts';
import type { SweepStore } from '../recovery/sweep-store.ts';
import type { UnfinishedStore } from '../recovery/wake-unfinished.ts';
import type { FailureCommentStore } from '../reporting/failure-comment.ts';
import type { FailureIssueStore } from '../reporting/failure-issue.ts';
import type { GitHubDeploymentStore } from '../reporting/github-deployment.ts';
import type { GitHubWriteStore } from '../reporting/pace/github-write-store.ts';
import type { ReportQueue, ReportStore, ResumeStore } from '../reporting/report-store.ts';
import type { WayBackStore } from '../reporting/way-back.ts';
import type { BacklogStore } from '../web/backlog-metrics.ts';
import type { HealthStore } from '../web/readiness.ts';
import { createApprovalStore } from './approval-store.ts';
import { createBacklogStore } from './backlog-store.ts';
import { createCommandStore } from './command-store.ts';
import { createCommitRunStore } from './commit-run-store.ts';
import { createConfigurationStore } from './configuration-store.ts';
import { createDeliveryStore } from './delivery-store.ts';
import { createDeploymentStore } from './deployment-store.ts';
import { createFailureCommentStore } from './failure-comment-store.ts';
import { createFailureIssueStore } from './failure-issue-store.ts';
import { createGateStore } from './gate-store.ts';
import { createGitHubDeploymentStore } from './github-deployment-store.ts';
import { createGitHubWriteStore } from './github-write-store.ts';
import { createHealthStore } from './health-store.ts';
import { createLagStore } from './lag-store.ts';
import { createLockStore } from './lock-store.ts';
import { createLogLimitStore } from './log-limit-store.ts';
import { createNotificationStore } from './notification-store.ts';
import { createOwnerStore } from './owner-store.ts';
import { createPipelineWatchStore } from './pipeline-watch-store.ts';
import { createPlanHistoryStore } from './plan-history-store.ts';
import { createPlanStore } from './plan-store.ts';
import { DeliveryRecorder } from './record-deliveries.ts';
import { createRecoveryStore } from './recovery-store.ts';
import { createReportStore } from './report-store.ts';
import { createRepositoryNamesStore } from './repository-names-store.ts';
import { createRepositoryStore } from './repository-store.ts';
import { createRequiredCheckStore } from './required-check-store.ts';
import { createRetentionStore } from './retention-store.ts';
import type { Schema } from './schema.ts';
import { createSetupRunStore } from './setup-run-store.ts';
import { createSweepStore } from './sweep-store.ts';
import { createWayBackStore } from './way-back-store.ts';

export type Stores = DeliveryStore &
  KeptPushStore &
  RepositoryStore &
  OwnerStore &
  PlanHistory &
  PlanStore &
  AdoptionStore &
  DeploymentStore &
  GateStore &
  ReportStore &
  ReportQueue &
  SweepStore &
  ResumeStore &
  ResumableStore &
  UnfinishedStore &
  CommandStore &
  ConfigurationStore &
  CommitRunStore &
  RequiredCheckStore &
  OpenRequiredChecks &
  PipelineWatchStore &
  FailureCommentStore &
  FailureIssueStore &
  NotificationStore &
  SetupRunStore &
  LockReader &
  ApprovalStore &
  GitHubDeploymentStore &
  GitHubWriteStore &
  WayBackStore &
  LagStore &
  BacklogStore &
  HealthStore &
  LogLimitStore &
  RetentionStore;

/** Implements all store ports on one database. `recorder` stores the deliveries. */
export function createStores(db: Kysely<Schema>, recorder = new DeliveryRecorder(db)): Stores {
  return {
    ...createDeliveryStore(db, recorder),
    ...createRepositoryStore(db),
    ...createRepositoryNamesStore(db),
    ...createOwnerStore(db),
    ...createPlanHistoryStore(db),
    ...createPlanStore(db),
    ...createDeploymentStore(db),
    ...createGateStore(db),
    ...createReportStore(db),
    ...createSweepStore(db),
    ...createRecoveryStore(db),
    ...createCommandStore(db),
    ...createConfigurationStore(db),
    ...createCommitRunStore(db),
    ...createRequiredCheckStore(db),
    ...createPipelineWatchStore(db),
    ...createFailureCommentStore(db),
    ...createFailureIssueStore(db),
    ...createNotificationStore(db),
    ...createSetupRunStore(db),
    ...createLockStore(db),
    ...createApprovalStore(db),
    ...createGitHubDeploymentStore(db),
    ...createGitHubWriteStore(db),
    ...createWayBackStore(db),
    ...createLagStore(db),
    ...createBacklogStore(db),
    ...createHealthStore(db),
    ...createLogLimitStore(db),
    ...createRetentionStore(db),
  };
}
