import { HttpService } from '../http/http-service.ts';
import { unknownRoutes } from './api-route.ts';
import { readSuiteState, type SuiteState } from './check-suites.ts';
import { Conversations } from './conversations.ts';
import { createContext, type GitHubSandboxOptions } from './create-context.ts';
import type { Delivery, DeliveryAttempt, HookSettings, Sent } from './delivery-log.ts';
import { deploymentsOf, type SandboxDeployment } from './deployments.ts';
import { walkHistory } from './git-history.ts';
import { graphqlRoutes } from './graphql.ts';
import * as installations from './installation-changes.ts';
import type {
  AppIdentity,
  Refusal,
  SandboxAccount,
  SandboxCheckRun,
  SandboxCheckSuite,
  SandboxCommit,
  SandboxInstallation,
  SandboxRepository,
  Warning,
} from './model.ts';
import { type Member, membersOf, type RoleInput, setRole } from './people.ts';
import * as pushes from './pushes.ts';
import * as changes from './repository-changes.ts';
import type { RequestLog } from './request-log.ts';
import * as reruns from './reruns.ts';
import { appRoutes } from './routes-app.ts';
import { checkRoutes } from './routes-checks.ts';
import { commitCommentRoutes } from './routes-commit-comments.ts';
import { deliveryRoutes } from './routes-deliveries.ts';
import { deploymentRoutes } from './routes-deployments.ts';
import { issueRoutes } from './routes-issues.ts';
import { peopleRoutes } from './routes-people.ts';
import { pullRoutes } from './routes-pulls.ts';
import { reactionRoutes } from './routes-reactions.ts';
import { contentRoutes } from './routes-repository.ts';
import { treeRoutes } from './routes-trees.ts';
import type { SandboxContext } from './sandbox-context.ts';

export type { GitHubSandboxOptions } from './create-context.ts';

/**
 * A stateful, strict GitHub on the loopback interface. The API is under `/api/v3`, as on GitHub Enterprise Server.
 * Repositories are named by `owner/name`; events go to `webhookUrl`, signed, as they happen.
 */
export class GitHubSandbox {
  /** Its `faults` break requests, its `exchanges` are the record of them. */
  readonly service: HttpService;
  readonly app: AppIdentity;
  /** Issues, pull requests and comments. */
  readonly conversations: Conversations;
  readonly #context: SandboxContext;
  #listening = false;

  constructor(options: GitHubSandboxOptions = {}) {
    const context = createContext(options, () =>
      this.#listening ? this.service.origin : 'http://127.0.0.1',
    );
    this.#context = context;
    this.conversations = new Conversations(context, (fullName) => this.repository(fullName));
    const { id, slug, privateKey, webhookSecret } = context.app;
    this.app = { id, slug, privateKey, webhookSecret };
    this.service = new HttpService({
      ...(options.seed === undefined ? {} : { seed: options.seed }),
      notFound: () => ({ status: 404, body: 'Not Found' }),
    });
    const { service } = this;
    service.add(...checkRoutes(context), ...pullRoutes(context), ...commitCommentRoutes(context));
    service.add(...issueRoutes(context), ...reactionRoutes(context), ...peopleRoutes(context));
    service.add(...deploymentRoutes(context), ...treeRoutes(context), ...contentRoutes(context));
    service.add(...graphqlRoutes(context));
    service.add(...appRoutes(context), ...deliveryRoutes(context), ...unknownRoutes(context));
  }

  async start(port = 0): Promise<void> {
    await this.service.start(port);
    this.#listening = true;
  }

  async stop(): Promise<void> {
    this.#context.deliveries.stop();
    if (this.#listening) await this.service.stop();
    this.#listening = false;
  }

  /** `http://127.0.0.1:<port>`. */
  get origin(): string {
    return this.#context.origin();
  }

  /** Where deliveries go; null: every attempt fails for want of an address. */
  get webhookUrl(): string | null {
    return this.#context.deliveries.webhookUrl;
  }

  set webhookUrl(url: string | null) {
    this.#context.deliveries.webhookUrl = url;
  }

  /** The webhook's settings: change what is to be different from now on. */
  get hookSettings(): HookSettings {
    return this.#context.deliveries.settings;
  }

  // What is there.

  get deliveries(): readonly Delivery[] {
    return this.#context.deliveries.deliveries;
  }

  /** The app's requests by route, to be counted. */
  get requests(): RequestLog {
    return this.#context.requests;
  }

  /** 4xx answers that a correct app would never cause: a test ends by looking that there are none. */
  get refusals(): readonly Refusal[] {
    return this.#context.refusals;
  }

  /** Accepted requests whose sender seems to expect something else. */
  get warnings(): readonly Warning[] {
    return this.#context.warnings;
  }

  /** Those not removed. */
  get installations(): SandboxInstallation[] {
    return [...this.#context.state.installations.values()].filter(({ removed }) => !removed);
  }

  /** Those not deleted. */
  get repositories(): SandboxRepository[] {
    return [...this.#context.state.repositories.values()].filter(({ deleted }) => !deleted);
  }

  /** By its present or a former name. */
  repository(fullName: string): SandboxRepository {
    const { state } = this.#context;
    const found = state.findRepository(fullName) ?? state.findMovedRepository(fullName);
    if (!found) throw new Error(`There is no repository ${fullName}`);
    return found;
  }

  /** The GitHub Deployments of a repository, newest first. */
  deployments(repository: string): SandboxDeployment[] {
    return deploymentsOf(this.#context.state.deployments, this.repository(repository));
  }

  /** The head of a branch, the default branch when none is named. */
  head(repository: string, branch?: string): string {
    const found = this.repository(repository);
    return pushes.requireBranch(found, branch ?? found.defaultBranch);
  }

  /** Newest first. */
  commits(repository: string, branch?: string): SandboxCommit[] {
    return [...walkHistory(this.repository(repository), this.head(repository, branch))];
  }

  /** Oldest first; snapshots, so read again for what came later. */
  checkRuns(repository: string, sha?: string): SandboxCheckRun[] {
    return this.#context.state.runsOf(this.repository(repository).id, sha);
  }

  /** With the status and conclusion that the suite's runs give it. */
  checkSuites(repository: string): (SandboxCheckSuite & SuiteState)[] {
    const { id } = this.repository(repository);
    const suites = [...this.#context.state.suites.values()].filter((suite) => suite.repositoryId === id);
    return suites.map((suite) => ({ ...suite, ...readSuiteState(this.#context, suite) }));
  }

  /** Called after every accepted create and update; returns the way to stop it. */
  onCheckRun(listener: (run: SandboxCheckRun, repository: SandboxRepository) => void): () => void {
    const { checkRunListeners } = this.#context;
    checkRunListeners.add(listener);
    return () => void checkRunListeners.delete(listener);
  }

  /** Resolves with what `read` returns as soon as that is something. */
  waitFor<T>(read: () => T | null | undefined | false, what: string, timeoutMs?: number): Promise<T> {
    return this.#context.signal.waitFor(read, what, timeoutMs);
  }

  // What people do.

  addInstallation(input: installations.InstallationInput): SandboxInstallation {
    return installations.addInstallation(this.#context, input);
  }

  renameAccount(from: string, to: string): void {
    installations.renameAccount(this.#context, from, to);
  }

  /** GitHub's id of an account. */
  accountId(login: string): number {
    return this.#context.state.account(login).id;
  }

  suspend(installationId: number): Sent {
    return installations.suspendInstallation(this.#context, installationId);
  }

  unsuspend(installationId: number): Sent {
    return installations.unsuspendInstallation(this.#context, installationId);
  }

  removeInstallation(installationId: number): Sent {
    return installations.removeInstallation(this.#context, installationId);
  }

  addRepository(input: changes.RepositoryInput): SandboxRepository {
    return changes.addRepository(this.#context, input);
  }

  /** A fork on another account, under the same name. */
  fork(repository: string, owner: string): SandboxRepository {
    return changes.forkRepository(this.#context, this.repository(repository), owner);
  }

  setRole(repository: string, input: RoleInput): SandboxAccount {
    return setRole(this.#context, this.repository(repository), input);
  }

  /** Someone leaves GitHub: what they wrote stays, and they have no permission anywhere. */
  removeAccount(login: string): void {
    this.#context.state.accounts.delete(login.toLowerCase());
  }

  /** Those with a role of their own in a repository. */
  members(repository: string): Member[] {
    return membersOf(this.#context, this.repository(repository));
  }

  push(input: pushes.PushInput): pushes.PushResult {
    return pushes.pushFiles(this.#context, this.repository(input.repository), input);
  }

  /** Moves a branch to a commit that exists: back is a forced push. */
  resetBranch(input: { repository: string } & pushes.BranchReset): pushes.PushResult {
    return pushes.resetBranch(this.#context, this.repository(input.repository), input);
  }

  deleteBranch(input: { repository: string } & pushes.BranchDeletion): pushes.PushResult {
    return pushes.deleteBranch(this.#context, this.repository(input.repository), input);
  }

  rename(repository: string, newName: string): Sent {
    return changes.renameRepository(this.#context, this.repository(repository), newName);
  }

  transfer(repository: string, newOwner: string): Sent {
    return changes.transferRepository(this.#context, this.repository(repository), newOwner);
  }

  setPrivate(repository: string, value: boolean): Sent {
    return changes.setPrivate(this.#context, this.repository(repository), value);
  }

  archive(repository: string): Sent {
    return changes.setArchived(this.#context, this.repository(repository), true);
  }

  unarchive(repository: string): Sent {
    return changes.setArchived(this.#context, this.repository(repository), false);
  }

  deleteRepository(repository: string): Sent {
    return changes.deleteRepository(this.#context, this.repository(repository));
  }

  /** Re-runs one check. */
  rerequest(checkRunId: number, sender?: string): Sent {
    return reruns.rerequestRun(this.#context, checkRunId, sender);
  }

  /** Re-runs all checks of a commit. */
  rerequestSuite(repository: string, sha: string, sender?: string): Sent {
    return reruns.rerequestSuite(this.#context, this.repository(repository), sha, sender);
  }

  /** Presses a button of a completed run; throws when there is no such button to press. */
  pressAction(checkRunId: number, identifier: string, sender?: string): Sent {
    return reruns.pressAction(this.#context, checkRunId, { identifier, sender });
  }

  // What GitHub does.

  /** Gives a repository a webhook of its own; each push is sent there too. Returns what removes it. */
  addRepositoryWebhook(repository: string, hook: { url: string; secret: string }): () => void {
    const { repositoryWebhooks } = this.#context;
    const added = { ...hook, repositoryId: this.repository(repository).id };
    repositoryWebhooks.add(added);
    return () => void repositoryWebhooks.delete(added);
  }

  /** Sends any event, signed and logged. */
  deliver(input: { event: string; payload: object; guid?: string }): Sent {
    return this.#context.deliveries.send(input.event, input.payload, input.guid);
  }

  /** Sends a logged delivery again under its GUID. */
  async redeliver(guid: string): Promise<DeliveryAttempt> {
    const delivery = this.#context.deliveries.find(guid);
    if (!delivery) throw new Error(`There is no delivery ${guid}`);
    return this.#context.deliveries.redeliver(delivery);
  }

  /** The next reads of this commit miss it, as they can at GitHub right after its push. */
  hideCommit(sha: string, reads: number): void {
    this.#context.state.hide(sha, reads);
  }

  /** The next lists of check runs miss each run that is created from now on, as they can at GitHub for seconds. */
  delayCheckRuns(lists: number): void {
    this.#context.state.checkRunLag = lists;
  }

  /** The log of deliveries shows an attempt only so many milliseconds after its end. */
  delayDeliveryLog(ms: number): void {
    this.#context.deliveries.lagMs = ms;
  }

  /** An installation has so many requests left until a reset that comes so soon. */
  leaveRequests(installationId: number, left: { remaining: number; resetInMs: number }): void {
    this.#context.limits.leave(`installation ID ${installationId}`, left);
  }

  /** Ends the tokens of one installation, or all: the app must fetch new ones. */
  revokeTokens(installationId?: number): void {
    this.#context.tokens.revoke(installationId);
  }
}
