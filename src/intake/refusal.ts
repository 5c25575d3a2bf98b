import type { Logger } from 'pino';

/** A refused webhook request. */
export class Refusal extends Error {
  override name = 'Refusal';
  /** The status of the HTTP response. */
  readonly status: number;

  /** The response and the log contain `message`, so it must not quote the request. */
  constructor(status: number, message: string, options?: ErrorOptions) {
    super(message, options);
    this.status = status;
  }
}

/** Limits the log to one line in this time, so strangers can't fill it. */
const QUIET_MS = 1_000;

export interface RefusedRequest {
  readonly status: number;
  readonly reason: string;
  readonly problem?: string;
  /** Only for a signed delivery. */
  readonly delivery?: string;
  readonly event?: string;
}

/** Logs at most one refused request per second. `leftOut` in the next line counts the others. */
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
