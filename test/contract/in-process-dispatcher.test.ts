import { createInProcessDispatcher } from '../../src/dispatch/in-process-dispatcher.ts';
import { describeDispatcher } from './dispatcher.contract.ts';

describeDispatcher('in process', async () => {
  const errors: string[] = [];
  const dispatcher = createInProcessDispatcher({
    onError: (_, queue, key) => void errors.push(`${queue} ${key}`),
  });
  return { dispatcher, errors };
});
