import { describe, expect, test } from 'vitest';
import type { MeltanoApi } from '../../../src/domain/meltano.ts';
import { LogStore } from '../../../src/logs/log-store.ts';
import { succeed, UNREACHABLE } from '../deploying/fake-meltano.ts';
import { PlainBuilder } from '../deploying/fake-ports.ts';
import { buildDeployment } from '../domain/deployment-builder.ts';

type ReadLog = MeltanoApi['readLog'];

const deployment = buildDeployment();

function open(...reads: ReadLog[]) {
  const froms: number[] = [];
  const api = {
    readLog: (request) => {
      froms.push(request.from);
      const read = reads[froms.length - 1];
      if (!read) throw new Error('No read is scripted.');
      return read(request);
    },
  } as Pick<MeltanoApi, 'readLog'> as MeltanoApi;
  const store = new LogStore(() => new PlainBuilder());
  return { store, api, froms, tail: () => store.excerpt(deployment.id)?.tail };
}

/** Hands the batches over, one after the other, and then ends or breaks off. */
function hand(batches: string[][], breaks = false): ReadLog {
  return async ({ from, onLines }) => {
    for (const lines of batches) await onLines(lines);
    return breaks ? UNREACHABLE : succeed({ next: from + batches.flat().length });
  };
}

describe('LogStore', () => {
  test('keeps only the live log of one job of a check run, and forgets all of its logs', async () => {
    const { store, api } = open(hand([['a']]), hand([['b']]), hand([['c']]));
    await store.readOn({ id: 'watch job-1' }, 'job-1', api);
    await store.readOn({ id: 'watch job-2' }, 'job-2', api);
    expect(store.excerpt('watch job-1')).toBeNull();
    await store.readWhole({ id: 'watch job-1' }, 'job-1', api);
    expect([store.excerpt('watch job-1')?.tail, store.excerpt('watch job-2')?.tail]).toEqual([['c'], ['b']]);
    store.forget('watch');
    expect([store.excerpt('watch job-1'), store.excerpt('watch job-2')]).toEqual([null, null]);
  });

  test('says whether there were new lines', async () => {
    const { store, api } = open(hand([['a'], ['b']]), hand([]));
    expect(await store.readOn(deployment, 'job', api)).toEqual(succeed(true));
    expect(await store.readOn(deployment, 'job', api)).toEqual(succeed(false));
  });

  test('an aborted read keeps its lines, and the next one continues after them', async () => {
    const { store, api, froms, tail } = open(hand([['a', 'b'], ['c']], true), hand([['d']]));
    expect(await store.readOn(deployment, 'job', api)).toEqual(UNREACHABLE);
    await store.readOn(deployment, 'job', api);
    expect(froms).toEqual([0, 3]);
    expect(tail()).toEqual(['a', 'b', 'c', 'd']);
  });

  test('the whole read takes the place of what was read so far, and only when it came to the end', async () => {
    const { store, api, froms, tail } = open(
      hand([['a']]),
      hand([['a'], ['b']], true),
      hand([['a', 'b', 'c']]),
    );
    await store.readOn(deployment, 'job', api);
    expect(await store.readWhole(deployment, 'job', api)).toEqual(UNREACHABLE);
    expect(tail()).toEqual(['a']);
    expect(store.excerpt(deployment.id)?.complete).toBe(false);
    expect(await store.readWhole(deployment, 'job', api)).toEqual(succeed(null));
    expect(tail()).toEqual(['a', 'b', 'c']);
    expect(store.excerpt(deployment.id)?.complete).toBe(true);
    expect(froms).toEqual([0, 0, 0]);
  });

  test('a log that was never read, or is forgotten, is null; other logs stay', async () => {
    const { store, api, tail } = open(hand([['a']]), hand([['b']]));
    expect(tail()).toBeUndefined();
    await store.readOn(deployment, 'job', api);
    await store.readOn({ ...deployment, id: 'other' }, 'job-2', api);
    store.forget(deployment.id);
    expect(store.excerpt(deployment.id)).toBeNull();
    expect(store.excerpt('other')?.tail).toEqual(['b']);
  });
});
