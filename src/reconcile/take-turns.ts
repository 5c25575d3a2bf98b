/**
 * A turn of the event loop for each caller, one after the other. The embedded database answers within the turn that it is
 * asked in, so that whoever does much of that would keep everyone else waiting: between two turns requests are answered.
 */
export function createTurns(): () => Promise<void> {
  let last = Promise.resolve();
  return () => {
    last = last.then(() => new Promise((resolve) => setImmediate(resolve)));
    return last;
  };
}
