import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Agent, type Dispatcher } from 'undici';
import { onTestFinished } from 'vitest';
import { MeltanoSandbox } from '../../../sandbox/meltano/meltano-sandbox.ts';
import type { Clock } from '../../../src/domain/clock.ts';
import type { MeltanoApi, MeltanoFailure, MeltanoResult } from '../../../src/domain/meltano.ts';
import { createMeltanoClient, type MeltanoClientOptions } from '../../../src/meltano/meltano-client.ts';

export interface TestClock extends Clock {
  advance(ms: number): void;
  /** Somebody sets the machine's clock, by so much. */
  set(ms: number): void;
}

export function createClock(start = Date.now()): TestClock {
  let now = start;
  let elapsed = 0;
  return {
    now: () => now,
    elapsed: () => elapsed,
    advance: (ms) => {
      now += ms;
      elapsed += ms;
    },
    set: (ms) => {
      now += ms;
    },
  };
}

/** An agent that is destroyed with the test. */
export function createAgent(options: Agent.Options = {}): Agent {
  const agent = new Agent(options);
  onTestFinished(() => agent.destroy());
  return agent;
}

/** What a client is given to reach its service. */
export function connectBy(dispatcher: Dispatcher): MeltanoClientOptions['connect'] {
  return async () => dispatcher;
}

/** A sandbox that runs for one test, its jobs moved by hand. */
export async function startSandbox(): Promise<MeltanoSandbox> {
  const sandbox = new MeltanoSandbox();
  sandbox.script = () => 'manual';
  await sandbox.start();
  onTestFinished(() => sandbox.stop());
  return sandbox;
}

/** A client of the sandbox, by default with its developer token. */
export function connect(sandbox: MeltanoSandbox, options: Partial<MeltanoClientOptions> = {}): MeltanoApi {
  return createMeltanoClient({
    apiUrl: sandbox.apiUrl,
    auth: { kind: 'token', token: sandbox.token },
    connect: options.connect ?? connectBy(createAgent()),
    clock: createClock(),
    ...options,
  });
}

export function clientAuth(sandbox: MeltanoSandbox) {
  const { apiUrl, tokenUrl, client } = sandbox;
  return {
    kind: 'client',
    clientId: client.id,
    clientSecret: client.secret,
    tokenUrl,
    audience: apiUrl,
  } as const;
}

/** A server that answers as the test says; its origin. */
export async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** A client of a made-up origin, or of a server of the test's own. */
export function connectTo(
  origin: string,
  dispatcher: Dispatcher = createAgent(),
  options: Partial<MeltanoClientOptions> = {},
): MeltanoApi {
  return createMeltanoClient({
    apiUrl: `${origin}/api`,
    auth: { kind: 'token', token: 'test-token' },
    connect: connectBy(dispatcher),
    clock: createClock(),
    ...options,
  });
}

export function failureOf(result: MeltanoResult<unknown>): MeltanoFailure {
  if (result.ok) throw new Error('Expected a failure');
  return result.failure;
}

export function expectValue<T>(result: MeltanoResult<T>): T {
  if (!result.ok) throw new Error(`Expected a value, not ${JSON.stringify(result.failure)}`);
  return result.value;
}

/** An error as Node makes it of a system call. */
export function systemError(code: string, syscall: string): Error {
  return Object.assign(new Error(`${syscall} ${code}`), { code, syscall });
}
