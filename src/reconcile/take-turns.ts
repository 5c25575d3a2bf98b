/** Of so many turns of the event loop one is a caller's. While there are no requests to answer, a turn takes no time. */
const TURNS = 8;

/**
 * Turns of the event loop for callers, one after the other. The embedded database answers within the turn that it is
 * asked in, so that whoever does much of that would keep everyone else waiting: between two callers requests are answered.
 */
export function createTurns(): () => Promise<void> {
  let last = Promise.resolve();
  const wait = async () => {
    for (let turn = 0; turn < TURNS; turn += 1) await new Promise((resolve) => setImmediate(resolve));
  };
  return () => {
    last = last.then(wait);
    return last;
  };
}
