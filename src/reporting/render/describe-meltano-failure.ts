import { STATUS_CODES } from 'node:http';
import type { MeltanoFailure } from '../../domain/meltano.ts';
import { describeOutage, isOutage, isOutageProblem } from '../../domain/outage.ts';

/** The problem after a failed read. During an outage it stays the same, however each try fails. */
export function describeReadFailure(said: string | null, failure: MeltanoFailure): string {
  return said !== null && isOutageProblem(said) && isOutage(failure) ? said : describeFailure(failure);
}

/** The failure as a clause for a title: `Meltano Cloud answered 403 Forbidden: access denied`. */
export function describeFailure(failure: MeltanoFailure): string {
  switch (failure.kind) {
    case 'unreachable':
      return `Meltano Cloud could not be reached: ${failure.message}`;
    case 'no_answer':
      return `Meltano Cloud did not answer: ${failure.message}`;
    case 'unexpected_body':
      return `Meltano Cloud answered ${failure.status} with something unexpected: ${failure.message}`;
    case 'held':
      return `${describeOutage(failure.since)}: ${failure.message}`;
    case 'status': {
      const phrase = STATUS_CODES[failure.status];
      const answer = `Meltano Cloud answered ${failure.status}${phrase ? ` ${phrase}` : ''}`;
      return failure.message && failure.message !== phrase ? `${answer}: ${failure.message}` : answer;
    }
  }
}
