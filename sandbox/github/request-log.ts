/** One request that reached the API, and its answer. */
export interface ApiRequest {
  readonly at: number;
  readonly method: string;
  /** Method and path of the endpoint as GitHub's reference names them, by name or by id alike. */
  readonly route: string;
  readonly path: string;
  readonly status: number;
}

/** What a request is for, as limits and promises count it. */
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

/** What was asked of the API. A request that a fault cut before it was handled never came that far. */
export class RequestLog {
  readonly all: ApiRequest[] = [];

  /** `endpoint` is the route's own spelling. */
  add({ endpoint, ...request }: Omit<ApiRequest, 'route'> & { endpoint: string }): void {
    const route = endpoint
      .replace('/repositories/{repository_id}', '/repos/{owner}/{repo}')
      .replaceAll('+}', '}');
    this.all.push({ ...request, route });
  }

  /** How many so far, to count from here on. */
  get length(): number {
    return this.all.length;
  }

  /** Requests to each route, from the `since`th on. */
  countRoutes(since = 0): Record<string, number> {
    return countBy(this.all.slice(since), ({ route }) => route);
  }

  /** Requests of each kind, from the `since`th on and up to a time; a kind that did not occur is missing. */
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
