import { HttpService } from '../http/http-service.ts';
import { unknownRoutes } from './api-route.ts';
import { Branches } from './branches.ts';
import { Checks } from './checks.ts';
import { Conversations } from './conversations.ts';
import { createContext, type GitHubSandboxOptions } from './create-context.ts';
import type { DeliveryLog } from './delivery-log.ts';
import { graphqlRoutes } from './graphql.ts';
import type { InstallationTokens } from './installation-tokens.ts';
import { Installations } from './installations.ts';
import type { AppIdentity, Refusal, Warning } from './model.ts';
import { People } from './people.ts';
import type { RateLimits } from './rate-limits.ts';
import { Repositories } from './repositories.ts';
import type { RequestLog } from './request-log.ts';
import { appRoutes } from './routes-app.ts';
import { checkRoutes } from './routes-checks.ts';
import { commitCommentRoutes } from './routes-commit-comments.ts';
import { deliveryRoutes } from './routes-deliveries.ts';
import { deploymentRoutes } from './routes-deployments.ts';
import { issueRoutes } from './routes-issues.ts';
import { ownIssueRoutes } from './routes-own-issues.ts';
import { peopleRoutes } from './routes-people.ts';
import { pullRoutes } from './routes-pulls.ts';
import { reactionRoutes } from './routes-reactions.ts';
import { contentRoutes } from './routes-repository.ts';
import { treeRoutes } from './routes-trees.ts';
import type { SandboxContext } from './sandbox-context.ts';

/**
 * A stateful, strict GitHub on the loopback interface. The API is under `/api/v3`, as on GitHub Enterprise Server.
 * Repositories are named `owner/name`. Signed events go to `hook.url` as they happen.
 */
export class GitHubSandbox {
  /** Its `faults` break requests, and its `exchanges` record them. */
  readonly service: HttpService;
  readonly app: AppIdentity;
  /** The app's webhook and its deliveries. */
  readonly hook: DeliveryLog;
  readonly installations: Installations;
  readonly repositories: Repositories;
  readonly branches: Branches;
  readonly checks: Checks;
  /** Issues, pull requests and comments. */
  readonly conversations: Conversations;
  readonly people: People;
  readonly tokens: InstallationTokens;
  readonly limits: RateLimits;
  /** Counts the app's requests by route. */
  readonly requests: RequestLog;
  /** 4xx answers that a correct app never causes. A test expects none at its end. */
  readonly refusals: readonly Refusal[];
  /** Accepted requests that don't do what their sender seems to expect. */
  readonly warnings: readonly Warning[];
  readonly #context: SandboxContext;
  #listening = false;

  constructor(options: GitHubSandboxOptions = {}) {
    const context = createContext(options, () =>
      this.#listening ? this.service.origin : 'http://127.0.0.1',
    );
    this.#context = context;
    const { id, slug, privateKey, webhookSecret } = context.app;
    this.app = { id, slug, privateKey, webhookSecret };
    this.hook = context.deliveries;
    this.installations = new Installations(context);
    this.repositories = new Repositories(context);
    this.branches = new Branches(context);
    this.checks = new Checks(context);
    this.conversations = new Conversations(context);
    this.people = new People(context);
    this.tokens = context.tokens;
    this.limits = context.limits;
    this.requests = context.requests;
    this.refusals = context.refusals;
    this.warnings = context.warnings;
    this.service = new HttpService({
      ...(options.seed === undefined ? {} : { seed: options.seed }),
      notFound: () => ({ status: 404, body: 'Not Found' }),
    });
    const { service } = this;
    service.add(...checkRoutes(context), ...pullRoutes(context), ...commitCommentRoutes(context));
    service.add(...issueRoutes(context), ...reactionRoutes(context), ...peopleRoutes(context));
    service.add(
      ...ownIssueRoutes(context),
      ...deploymentRoutes(context),
      ...treeRoutes(context),
      ...contentRoutes(context),
    );
    service.add(...graphqlRoutes(context));
    service.add(...appRoutes(context), ...deliveryRoutes(context), ...unknownRoutes(context));
  }

  async start(port = 0): Promise<void> {
    await this.service.start(port);
    this.#listening = true;
  }

  async stop(): Promise<void> {
    this.hook.stop();
    if (this.#listening) await this.service.stop();
    this.#listening = false;
  }

  /** `http://127.0.0.1:<port>`. */
  get origin(): string {
    return this.#context.origin();
  }

  /** Resolves with the first result of `read` that is neither null, undefined nor false. */
  waitFor<T>(read: () => T | null | undefined | false, what: string, timeoutMs?: number): Promise<T> {
    return this.#context.signal.waitFor(read, what, timeoutMs);
  }
}
