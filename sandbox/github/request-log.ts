/** One request that reached the API, and its answer. */
export interface ApiRequest {
  readonly at: number;
  readonly method: string;
  /** Method and path of the endpoint in GitHub's reference, the same by name and by id. */
  readonly route: string;
  readonly path: string;
  readonly status: number;
}

/** The purpose of a request, for counting. */
export type RequestKind =
  | 'read'
  | 'token'
  | 'check run'
  | 'comment'
  | 'comment edit'
  | 'reaction'
  | 'reaction removal'
  | 'other';

const KINDS: readonly (readonly [RegExp, RequestKind])[] = [
  [/^GET /, 'read'],
  [/^POST \/graphql$/, 'read'],
  [/^POST .*\/access_tokens$/, 'token'],
  [/^(POST|PATCH) .*\/check-runs/, 'check run'],
  [/^POST .*\/comments$/, 'comment'],
  [/^PATCH .*\/comments\/\{comment_id\}$/, 'comment edit'],
  [/^POST .*\/reactions$/, 'reaction'],
  [/^DELETE .*\/reactions\/\{reaction_id\}$/, 'reaction removal'],
];

/** The handled requests. A request that a fault cut before it was handled isn't here. */
export class RequestLog {
  readonly all: ApiRequest[] = [];

  /** `endpoint` is the path of the route. */
  add({ endpoint, ...request }: Omit<ApiRequest, 'route'> & { endpoint: string }): void {
    const route = endpoint
      .replace('/repositories/{repository_id}', '/repos/{owner}/{repo}')
      .replaceAll('+}', '}');
    this.all.push({ ...request, route });
  }

  /** The number of requests so far. */
  get length(): number {
    return this.all.length;
  }

  /** Requests by route, from the number `since` on. */
  countRoutes(since = 0): Record<string, number> {
    return countBy(this.all.slice(since), ({ route }) => route);
  }

  /** Requests by purpose, from the number `since` on and up to a time. Unused purposes are missing. */
  countKinds(since = 0, until = Infinity): Partial<Record<RequestKind, number>> {
    const counted = this.all.slice(since).filter(({ at }) => at <= until);
    return countBy(counted, ({ route }) => kindOf(route));
  }
}

function kindOf(route: string): RequestKind {
  return KINDS.find(([pattern]) => pattern.test(route))?.[1] ?? 'other';
}

function countBy(
  requests: readonly ApiRequest[],
  key: (request: ApiRequest) => string,
): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const request of requests) counts[key(request)] = (counts[key(request)] ?? 0) + 1;
  return counts;
}
