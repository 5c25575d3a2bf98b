import { Counter, Gauge, type Registry } from 'prom-client';

/** Installations that have a figure of their own; of more, those that were heard of last. */
const MOST_INSTALLATIONS = 200;

export interface SentRequest {
  readonly method: string;
  /** With the names of what differs, such as `/repos/{owner}/{repo}/check-runs`: there are only so many. */
  readonly route: string;
  /** Null: no answer came. */
  readonly status: number | null;
}

export interface RequestMetrics {
  requestToGitHub(sent: SentRequest): void;
  requestToMeltano(sent: SentRequest): void;
  /** What GitHub's last answer said that an installation has left of its hour. */
  rateLimit(installationId: number, remaining: number): void;
  /** A check run was created or concluded although the hour's writes of its installation were used up. */
  writtenBeyond(): void;
}

/** What the app asks of others, and what they answer. */
export function createRequestMetrics(registry: Registry): RequestMetrics {
  const labelNames = ['method', 'route', 'status'] as const;
  const github = new Counter({
    name: 'meltano_deploy_github_requests_total',
    help: 'Requests to GitHub, by route and the status of the answer (none: there was no answer).',
    labelNames,
    registers: [registry],
  });
  const meltano = new Counter({
    name: 'meltano_deploy_meltano_requests_total',
    help: 'Requests to Meltano Cloud and its token endpoint, by route and the status of the answer (none: there was no answer).',
    labelNames,
    registers: [registry],
  });
  const remaining = new Gauge({
    name: 'meltano_deploy_github_rate_limit_remaining',
    help: `Requests that an installation had left until the reset, by GitHub's last answer; at most ${MOST_INSTALLATIONS} installations.`,
    labelNames: ['installation'],
    registers: [registry],
  });
  const beyond = new Counter({
    name: 'meltano_deploy_github_writes_beyond_budget_total',
    help: "Check runs created or concluded although the hour's 500 writes of their installation were used up; everything else waits then.",
    registers: [registry],
  });
  const shown = new Set<number>();
  return {
    writtenBeyond: () => beyond.inc(),
    requestToGitHub: (sent) => github.inc(toLabels(sent)),
    requestToMeltano: (sent) => meltano.inc(toLabels(sent)),
    rateLimit(installationId, left) {
      // A set keeps its order: who is heard of goes to the end, and the first is the one longest unheard of.
      shown.delete(installationId);
      shown.add(installationId);
      const [oldest] = shown;
      if (shown.size > MOST_INSTALLATIONS && oldest !== undefined) {
        shown.delete(oldest);
        remaining.remove({ installation: String(oldest) });
      }
      remaining.set({ installation: String(installationId) }, left);
    },
  };
}

function toLabels({ method, route, status }: SentRequest) {
  return { method, route, status: status === null ? 'none' : String(status) };
}
