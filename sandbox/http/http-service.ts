import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { FaultPlan, type TakenFault } from './fault-plan.ts';

export interface ServiceRequest {
  method: string;
  /** Path without the query. */
  path: string;
  query: URLSearchParams;
  headers: IncomingMessage['headers'];
  /** The raw body, exactly as sent. */
  body: Buffer;
  /** Named groups of the route's pattern, URI-decoded. */
  params: Record<string, string>;
}

export interface ServiceAnswer {
  status: number;
  headers?: Record<string, string>;
  /** Strings and buffers are sent as they are, anything else as JSON. */
  body?: unknown;
}

export interface Route {
  method: string;
  /** An anchored pattern for the path. Its named groups become `params`. */
  pattern: RegExp;
  handle(request: ServiceRequest): ServiceAnswer | Promise<ServiceAnswer>;
}

/** One request and its answer, as recorded. */
export interface Exchange {
  at: number;
  method: string;
  path: string;
  headers: IncomingMessage['headers'];
  body: string;
  /** The status of the answer. 0: a fault cut the connection. */
  status: number;
  fault: string | null;
}

/** A loopback HTTP server with a route table, a record of every exchange, and a fault plan. */
export class HttpService {
  readonly faults: FaultPlan;
  readonly exchanges: Exchange[] = [];
  readonly #routes: Route[] = [];
  readonly #server: Server;
  readonly #notFound: (request: ServiceRequest) => ServiceAnswer;

  constructor(options: { notFound: (request: ServiceRequest) => ServiceAnswer; seed?: number }) {
    this.faults = new FaultPlan(options.seed);
    this.#notFound = options.notFound;
    this.#server = createServer((req, res) => void this.#serve(req, res));
    this.#server.keepAliveTimeout = 60_000;
  }

  add(...routes: Route[]): void {
    this.#routes.push(...routes);
  }

  /** Listens on 127.0.0.1. Port 0 picks a free one. */
  async start(port = 0): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(port, '127.0.0.1', resolve);
    });
  }

  async stop(): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#server.close(() => resolve());
      this.#server.closeAllConnections();
    });
  }

  /** `http://127.0.0.1:<port>`, without a trailing slash. */
  get origin(): string {
    const { port } = this.#server.address() as AddressInfo;
    return `http://127.0.0.1:${port}`;
  }

  async #serve(req: IncomingMessage, res: ServerResponse): Promise<void> {
    try {
      const chunks: Buffer[] = [];
      for await (const chunk of req) chunks.push(chunk as Buffer);
      await this.#answer(req, res, Buffer.concat(chunks));
    } catch (error) {
      if (res.headersSent) res.destroy();
      else if (!res.destroyed) send(res, { status: 500, body: { message: String(error) } });
    }
  }

  async #answer(req: IncomingMessage, res: ServerResponse, body: Buffer): Promise<void> {
    const method = req.method ?? 'GET';
    const path = req.url ?? '/';
    const exchange: Exchange = {
      at: Date.now(),
      method,
      path,
      headers: req.headers,
      body: body.toString(),
      status: 0,
      fault: null,
    };
    this.exchanges.push(exchange);
    const taken = this.faults.take(method, path);
    const fault = taken?.action;
    if (fault) exchange.fault = fault.kind;

    if (fault?.kind === 'delay') await new Promise((resolve) => setTimeout(resolve, fault.ms));
    if (fault?.kind === 'status') {
      const { status, headers = {} } = fault;
      exchange.status = status;
      return send(res, { status, headers, body: fault.body ?? { message: `Simulated ${status}`, status } });
    }
    if (fault?.kind === 'answer') {
      exchange.status = fault.status;
      return send(res, {
        status: fault.status,
        headers: { 'content-type': fault.contentType },
        body: fault.body,
      });
    }
    const isLost = fault?.kind === 'reset' || fault?.kind === 'hang';
    if (isLost && fault.when === 'before') return cut(res, taken);
    const answer = await this.#route(method, path, req, body);
    if (isLost) return cut(res, taken);
    if (fault?.kind === 'status-after') {
      exchange.status = fault.status;
      return send(res, { status: fault.status, body: { message: `Simulated ${fault.status}` } });
    }
    exchange.status = answer.status;
    send(res, answer);
  }

  async #route(method: string, url: string, req: IncomingMessage, body: Buffer): Promise<ServiceAnswer> {
    const { pathname, searchParams } = new URL(url, 'http://service');
    const base = { method, path: pathname, query: searchParams, headers: req.headers, body };
    for (const route of this.#routes) {
      if (route.method !== method) continue;
      const match = route.pattern.exec(pathname);
      if (!match) continue;
      const params: Record<string, string> = {};
      for (const [key, value] of Object.entries(match.groups ?? {})) params[key] = decodeURIComponent(value);
      return await route.handle({ ...base, params });
    }
    return this.#notFound({ ...base, params: {} });
  }
}

function cut(res: ServerResponse, taken: TakenFault | null): void {
  const destroy = () => res.socket?.destroy();
  if (taken?.action.kind !== 'hang') return void destroy();
  taken.onRemoved(destroy);
  if (taken.action.ms !== undefined) setTimeout(destroy, taken.action.ms).unref();
}

function send(res: ServerResponse, answer: ServiceAnswer): void {
  const { body } = answer;
  const raw = typeof body === 'string' || Buffer.isBuffer(body);
  const type = raw ? 'text/plain; charset=utf-8' : 'application/json; charset=utf-8';
  res.writeHead(answer.status, {
    ...(body === undefined ? {} : { 'content-type': type }),
    ...answer.headers,
  });
  res.end(body === undefined ? undefined : raw ? body : JSON.stringify(body));
}
