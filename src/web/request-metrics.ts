import { Counter, Gauge, type Registry } from 'prom-client';

/** The gauge shows the most recently active installations. */
const MAX_INSTALLATIONS = 200;

interface SentRequest {
  readonly method: string;
  /** A path with placeholders, such as `/repos/{owner}/{repo}/check-runs`, which keeps the number of labels small. */
  readonly route: string;
  /** Null without a response. */
  readonly status: number | null;
}

export interface RequestMetrics {
  requestToGitHub(sent: SentRequest): void;
  requestToMeltano(sent: SentRequest): void;
  /** `remaining` is from GitHub's last response to the installation. */
  rateLimit(installationId: number, remaining: number): void;
  /** Counts a check run that was created or concluded after the installation's writes of the hour were used up. */
  writtenBeyond(): void;
}

/** Metrics about requests to GitHub and Meltano Cloud. */
export function createRequestMetrics(registry: Registry): RequestMetrics {
  const labelNames = ['method', 'route', 'status'] as const;
  const github = new Counter({
    name: 'meltano_deploy_github_requests_total',
    help: 'Requests to GitHub, by route and status of the response (none: there was no response).',
    labelNames,
    registers: [registry],
  });
  const meltano = new Counter({
    name: 'meltano_deploy_meltano_requests_total',
    help: 'Requests to Meltano Cloud and its token endpoint, by route and status of the response (none: there was no response).',
    labelNames,
    registers: [registry],
  });
  const remaining = new Gauge({
    name: 'meltano_deploy_github_rate_limit_remaining',
    help: `Requests that an installation has left until the reset, from GitHub's last response; at most ${MAX_INSTALLATIONS} installations.`,
    labelNames: ['installation'],
    registers: [registry],
  });
  const beyond = new Counter({
    name: 'meltano_deploy_github_writes_beyond_budget_total',
    help: "Check runs created or concluded after the installation's 500 writes of the hour were used up; other writes wait then.",
    registers: [registry],
  });
  const shown = new Set<number>();
  return {
    writtenBeyond: () => beyond.inc(),
    requestToGitHub: (sent) => github.inc(toLabels(sent)),
    requestToMeltano: (sent) => meltano.inc(toLabels(sent)),
    rateLimit(installationId, left) {
      // A set keeps its order, so the first entry is the least recently active installation.
      shown.delete(installationId);
      shown.add(installationId);
      const [oldest] = shown;
      if (shown.size > MAX_INSTALLATIONS && oldest !== undefined) {
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
