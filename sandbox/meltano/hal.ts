import type { ServiceAnswer, ServiceRequest } from '../http/http-service.ts';

/** Links name the service's older host on purpose: a client must never follow them with its token. */
const LINK_BASE = 'https://app.matatika.com/api';
const DEFAULT_SIZE = 20;
const MAX_SIZE = 100;

export interface Link {
  href: string;
  type?: string;
}

export function linkTo(path: string, type?: string): Link {
  return { href: `${LINK_BASE}${path}`, ...(type ? { type } : {}) };
}

/** ISO 8601 in UTC without a zone and with 3 to 6 fraction digits, as from the real service. */
export function formatTime(epochMs: number, micros = 0): string {
  const fraction = String(micros % 1000)
    .padStart(3, '0')
    .replace(/0+$/, '');
  return new Date(epochMs).toISOString().slice(0, -1) + fraction;
}

export function answerHal(status: number, body: unknown): ServiceAnswer {
  return { status, headers: { 'content-type': 'application/hal+json' }, body };
}

const REASONS: Record<number, string> = {
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  405: 'Method Not Allowed',
  409: 'Conflict',
  415: 'Unsupported Media Type',
};

/** An error answer in the service's schema. Routes throw it. */
export class Refusal extends Error {
  readonly status: number;
  readonly headers: Record<string, string>;

  constructor(status: number, message: string, headers: Record<string, string> = {}) {
    super(message);
    this.status = status;
    this.headers = headers;
  }

  answer(path: string): ServiceAnswer {
    const body = {
      timestamp: formatTime(Date.now()),
      status: this.status,
      error: REASONS[this.status] ?? 'Error',
      message: this.message,
      path,
    };
    return { status: this.status, headers: { 'content-type': 'application/json', ...this.headers }, body };
  }
}

/** How a list lies about its pages: every page is the first one, or the second one is the first one again. */
export type PagingLie = 'ignores page' | 'repeats a page';

interface Collection<T> {
  rel: string;
  items: readonly T[];
  /** The fields that `sort` may name. */
  sortable: Record<string, (item: T) => string | number>;
  represent: (item: T) => unknown;
  lie?: PagingLie | null;
}

/** One page of a HAL collection. An empty collection has no `_embedded`. */
export function answerPage<T>(request: ServiceRequest, collection: Collection<T>): ServiceAnswer {
  const number = Math.max(0, readInteger(request, 'page', 0));
  const size = Math.min(MAX_SIZE, Math.max(1, readInteger(request, 'size', DEFAULT_SIZE)));
  const sorted = sortItems(request, collection);
  const shown = choosePage(number, collection.lie ?? null);
  const items = sorted.slice(shown * size, (shown + 1) * size);
  const totalPages = Math.ceil(sorted.length / size);
  const pageLink = (page: number) =>
    linkTo(`${request.path.replace(/^\/api/, '')}?page=${page}&size=${size}`, undefined);
  return answerHal(200, {
    ...(items.length > 0 ? { _embedded: { [collection.rel]: items.map(collection.represent) } } : {}),
    _links: {
      self: pageLink(number),
      ...(number > 0 ? { prev: pageLink(number - 1) } : {}),
      ...(number + 1 < totalPages ? { next: pageLink(number + 1) } : {}),
    },
    page: { size, totalElements: sorted.length, totalPages, number },
  });
}

function choosePage(number: number, lie: PagingLie | null): number {
  if (lie === 'ignores page') return 0;
  return lie === 'repeats a page' ? Math.max(0, number - 1) : number;
}

function readInteger(request: ServiceRequest, name: string, otherwise: number): number {
  const text = request.query.get(name);
  if (text === null) return otherwise;
  if (!/^-?\d{1,9}$/.test(text)) throw new Refusal(400, `Parameter '${name}' must be an integer`);
  return Number(text);
}

function sortItems<T>(request: ServiceRequest, { items, sortable }: Collection<T>): T[] {
  const sorted = [...items];
  const sort = request.query.get('sort');
  if (sort === null) return sorted;
  const [property = '', direction = 'asc'] = sort.split(',');
  const read = Object.hasOwn(sortable, property) ? sortable[property] : undefined;
  if (!read) throw new Refusal(400, `No property '${property}' to sort by`);
  const sign = direction.toLowerCase() === 'desc' ? -1 : 1;
  return sorted.sort((a, b) => {
    const [left, right] = [read(a), read(b)];
    return sign * (left < right ? -1 : left > right ? 1 : 0);
  });
}
