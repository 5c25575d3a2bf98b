import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Dispatcher, QueueName } from '../../src/domain/dispatcher.ts';

export interface OpenDispatcher {
  readonly dispatcher: Dispatcher;
  /** The errors that runs threw, as `queue key`. */
  readonly errors: string[];
}

/** A promise and the means to keep it. */
function defer(): { promise: Promise<void>; resolve: () => void } {
  let resolve = () => {};
  const promise = new Promise<void>((keep) => {
    resolve = keep;
  });
  return { promise, resolve };
}

/** What every dispatcher must do, in process or across instances. */
export function describeDispatcher(name: string, open: () => Promise<OpenDispatcher>): void {
  describe(`the dispatcher ${name}`, () => {
    let dispatcher: Dispatcher;
    let errors: string[];

    beforeEach(async () => {
      ({ dispatcher, errors } = await open());
    });
    afterEach(() => dispatcher.stop());

    /** Handles `queue` by `runs[n]` for the n-th run of any key; resolves `done` after the last one. */
    function script(queue: QueueName, runs: ((key: string) => Promise<number | null> | number | null)[]) {
      const keys: string[] = [];
      const done = defer();
      dispatcher.handle(queue, async (key) => {
        const run = runs[keys.length];
        keys.push(key);
        if (keys.length === runs.length) queueMicrotask(done.resolve);
        return (await run?.(key)) ?? null;
      });
      return { keys, done: done.promise };
    }

    test('runs a woken key', async () => {
      const { keys, done } = script('workspace', [() => null, () => null]);
      dispatcher.wake('workspace', 'a');
      dispatcher.wake('workspace', 'b');
      await done;
      expect(keys.sort()).toEqual(['a', 'b']);
    });

    test('a wake-up without a handler waits for one', async () => {
      dispatcher.wake('workspace', 'a');
      // A timer set after that of a wake-up at once comes after it.
      await new Promise((resolve) => setTimeout(resolve, 1));
      const { keys, done } = script('workspace', [() => null]);
      await done;
      expect(keys).toEqual(['a']);
      expect(errors).toEqual([]);
    });

    test('never runs one key twice at once; a wake-up during a run makes one more run', async () => {
      const gate = defer();
      let running = 0;
      let most = 0;
      const run = async () => {
        running += 1;
        most = Math.max(most, running);
        await gate.promise;
        running -= 1;
        return null;
      };
      const began = defer();
      const { keys, done } = script('workspace', [
        () => {
          began.resolve();
          return run();
        },
        run,
      ]);
      dispatcher.wake('workspace', 'a');
      await began.promise;
      for (let n = 0; n < 5; n += 1) dispatcher.wake('workspace', 'a');
      gate.resolve();
      await done;
      expect(most).toBe(1);
      expect(keys).toEqual(['a', 'a']);
    });

    test('one key waits for no other, and the same key of two queues is two', async () => {
      const blocked = defer();
      const { done: bDone } = script('plan', [() => null]);
      dispatcher.handle('workspace', async () => {
        await blocked.promise;
        return null;
      });
      dispatcher.wake('workspace', 'a');
      dispatcher.wake('plan', 'a');
      await bDone;
      blocked.resolve();
    });

    test('looks again after the time that a run asks for', async () => {
      const { keys, done } = script('workspace', [() => 5, () => null]);
      dispatcher.wake('workspace', 'a');
      await done;
      expect(keys).toEqual(['a', 'a']);
    });

    test('a nearer wake-up brings a later one forward', async () => {
      const { done } = script('workspace', [() => null]);
      dispatcher.wake('workspace', 'a', 3_600_000);
      dispatcher.wake('workspace', 'a');
      await done;
    });

    test('a run that throws is reported and retried; other keys continue', async () => {
      const { keys, done } = script('workspace', [
        () => {
          throw new Error('broken on purpose');
        },
        () => null,
      ]);
      dispatcher.wake('workspace', 'a');
      await done;
      expect(keys).toEqual(['a', 'a']);
      expect(errors).toEqual(['workspace a']);
    });

    test('a stop waits for what runs and lets nothing new begin', async () => {
      const gate = defer();
      const began = defer();
      let finished = false;
      const { keys } = script('workspace', [
        async () => {
          began.resolve();
          await gate.promise;
          finished = true;
          return 0;
        },
      ]);
      dispatcher.wake('workspace', 'a');
      await began.promise;
      dispatcher.wake('workspace', 'b', 1);
      const stopped = dispatcher.stop();
      gate.resolve();
      await stopped;
      dispatcher.wake('workspace', 'c');
      expect(finished).toBe(true);
      expect(keys).toEqual(['a']);
    });
  });
}
