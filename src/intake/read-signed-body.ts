import { createHmac, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { BodyBlocks } from './body-blocks.ts';
import { Refusal } from './refusal.ts';
import type { UnverifiedBodies, UnverifiedBody } from './unverified-bodies.ts';

/** GitHub's limit of 25 MB for a delivery, rounded up. */
const MAX_BODY_BYTES = 26 * 1024 * 1024;

const TOO_LARGE = "The body is larger than GitHub's limit for deliveries (25 MB).";
const NO_ROOM = 'Too many large bodies at once: try again later.';
const INCOMPLETE = 'The body was not complete in time.';
const BROKEN_OFF = 'The connection closed before the end of the body.';
const WRONG_SIGNATURE = 'The signature does not match the body and the webhook secret.';

export interface Signing {
  readonly secret: string;
  /** HMAC-SHA256 of the body, 64 hex digits. */
  readonly signature: string;
}

export interface BodyLimits {
  readonly bodies: UnverifiedBodies;
  /** From the headers to the last byte. */
  readonly completeWithinMs: number;
}

/** Reads and verifies a body. Rejects with a `Refusal` and frees the memory if it is invalid, too large or too late. */
export function readSignedBody(
  request: IncomingMessage,
  { secret, signature }: Signing,
  { bodies, completeWithinMs }: BodyLimits,
): Promise<Buffer> {
  const { promise, resolve, reject } = Promise.withResolvers<Buffer>();
  const promised = Number(request.headers['content-length'] ?? 0);
  const hmac = createHmac('sha256', secret);
  const body: UnverifiedBody = { size: 0, refuse: () => refuse(new Refusal(503, NO_ROOM)) };
  const blocks = new BodyBlocks(promised);
  let length = 0;
  let isOver = false;
  const limit = setTimeout(() => refuse(new Refusal(408, INCOMPLETE)), completeWithinMs);

  function end(): void {
    isOver = true;
    clearTimeout(limit);
    bodies.release(body);
  }

  function refuse(refusal: Refusal): void {
    if (isOver) return;
    end();
    blocks.clear();
    reject(refusal);
  }

  function makeRoom(needed: number): Refusal | null {
    if (Math.max(promised, length + needed) > MAX_BODY_BYTES) return new Refusal(413, TOO_LARGE);
    const size = Math.max(promised, blocks.measureWith(needed));
    return bodies.reserve(body, size) ? null : new Refusal(503, NO_ROOM);
  }

  function append(chunk: Buffer): void {
    hmac.update(chunk);
    length += chunk.length;
    blocks.append(chunk);
  }

  const refusal = makeRoom(0);
  if (refusal) refuse(refusal);
  request.on('data', (chunk: Buffer) => {
    if (isOver) return;
    const problem = makeRoom(chunk.length);
    if (problem) refuse(problem);
    else append(chunk);
  });
  request.on('end', () => {
    if (isOver) return;
    if (timingSafeEqual(hmac.digest(), Buffer.from(signature, 'hex'))) {
      end();
      resolve(blocks.join());
    } else refuse(new Refusal(400, WRONG_SIGNATURE));
  });
  // Creates the error only if needed: every request emits `close`, and a stack trace is expensive.
  const breakOff = () => {
    if (!isOver) refuse(new Refusal(400, BROKEN_OFF));
  };
  request.on('error', breakOff);
  request.on('close', breakOff);
  return promise;
}
