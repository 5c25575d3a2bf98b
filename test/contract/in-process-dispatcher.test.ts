import { expect, onTestFinished, test, vi } from 'vitest';
import { InProcessDispatcher } from '../../src/scheduling/in-process-dispatcher.ts';
import { describeDispatcher } from './dispatcher.contract.ts';

describeDispatcher('in process', async () => {
  const errors: string[] = [];
  const dispatcher = new InProcessDispatcher({
    onError: (_, queue, key) => void errors.push(`${queue} ${key}`),
  });
  return { dispatcher, errors };
});

test.each([-3_600_000, 3_600_000])(
  'wake-ups come when they are due if the clock is set by %i ms',
  async (step) => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date', 'performance'] });
    onTestFinished(() => void vi.useRealTimers());
    const dispatcher = new InProcessDispatcher({ onError: () => undefined });
    onTestFinished(() => dispatcher.stop());
    const runs: string[] = [];
    dispatcher.handle('plan', async (key) => {
      runs.push(key);
      return 20_000;
    });
    dispatcher.wake('plan', 'soon', 30_000);
    dispatcher.wake('plan', 'again');
    await vi.advanceTimersByTimeAsync(5_000);
    vi.setSystemTime(Date.now() + step);
    dispatcher.wake('plan', 'soon', 0);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(runs).toEqual(['again', 'soon']);
    await vi.advanceTimersByTimeAsync(14_000);
    expect(runs).toEqual(['again', 'soon', 'again']);
  },
);
