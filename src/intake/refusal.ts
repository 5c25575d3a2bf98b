import type { Logger } from 'pino';

/** A webhook request that gets an error as its answer. */
export class Refusal extends Error {
  override name = 'Refusal';
  /** Of the HTTP answer. */
  readonly status: number;

  /** The sender and the log see `message`, so it quotes nothing of the request. */
  constructor(status: number, message: string, options?: ErrorOptions) {
    super(message, options);
    this.status = status;
  }
}

/** Strangers can't fill the log: it gets one line in this time. */
const QUIET_MS = 1_000;

export interface RefusedRequest {
  readonly status: number;
  readonly reason: string;
  readonly problem?: string;
  /** Of a signed delivery only. */
  readonly delivery?: string;
  readonly event?: string;
}

/** Logs refused webhook requests, at most one a second; the line after a second with others counts them. */
export function createRefusalLog(log: Logger): (refused: RefusedRequest) => void {
  let isQuiet = false;
  let leftOut = 0;
  let last: RefusedRequest | null = null;

  function write(refused: RefusedRequest): void {
    log.warn({ ...refused, ...(leftOut > 0 && { leftOut }) }, 'A webhook request was refused');
    leftOut = 0;
    isQuiet = true;
    setTimeout(() => {
      isQuiet = false;
      if (leftOut > 0 && last) {
        leftOut -= 1;
        write(last);
      }
    }, QUIET_MS).unref();
  }

  return (refused) => {
    if (!isQuiet) return write(refused);
    leftOut += 1;
    last = refused;
  };
}
