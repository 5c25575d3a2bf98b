import type { CommandChange, CommandRecord, NewCommand } from '../domain/conversation.ts';
import type { Deployment } from '../domain/deployment.ts';
import type { RepositoryWorkspace } from '../domain/workspace.ts';

interface CommandRecords {
  getCommand(id: string): Promise<CommandRecord | null>;
  saveCommand(id: string, change: CommandChange): Promise<void>;
  /** The deployments that a command requested or withdrew. */
  listCommandDeployments(id: string): Promise<Deployment[]>;
}

export interface RepeatedCommands {
  /** True if the same person gave the same command in the same place at most `withinMs` earlier or later. */
  isRepeated(command: Omit<NewCommand, 'answer'>, withinMs: number): Promise<boolean>;
}

export interface Reruns {
  /** The deployment that the same person's re-run of the same check run created between two times. */
  findRerun(rerun: {
    readonly repositoryId: number;
    readonly deploymentId: string;
    readonly actor: string;
    /** Deploy goes past gates, which Redeploy doesn't: neither repeats the other. */
    readonly isForced: boolean;
    /** Epoch milliseconds. */
    readonly since: number;
    readonly until: number;
  }): Promise<Deployment | null>;
}

export interface RecentDeployments {
  /** The repository's newest deployments to the workspace that have a check run, newest first. */
  listRecent(workspace: RepositoryWorkspace, limit: number): Promise<Deployment[]>;
}

export interface CommandStore extends CommandRecords, RepeatedCommands, Reruns, RecentDeployments {}
