import { describe, expect, test } from 'vitest';
import type { MeltanoApi } from '../../../src/domain/meltano.ts';
import { LogBook } from '../../../src/logs/log-book.ts';
import { succeed, UNREACHABLE } from '../deploying/fake-meltano.ts';
import { PlainBuilder } from '../deploying/reconcile-world.ts';
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
  const book = new LogBook(() => new PlainBuilder());
  return { book, api, froms, tail: () => book.excerpt(deployment.id)?.tail };
}

/** Hands the batches over, one after the other, and then ends or breaks off. */
function hand(batches: string[][], breaks = false): ReadLog {
  return async ({ from, onLines }) => {
    for (const lines of batches) await onLines(lines);
    return breaks ? UNREACHABLE : succeed({ next: from + batches.flat().length });
  };
}

describe('LogBook', () => {
  test('says whether there were new lines', async () => {
    const { book, api } = open(hand([['a'], ['b']]), hand([]));
    expect(await book.readOn(deployment, 'job', api)).toEqual(succeed(true));
    expect(await book.readOn(deployment, 'job', api)).toEqual(succeed(false));
  });

  test('a read that breaks off half-way keeps its lines, and the next goes on behind them', async () => {
    const { book, api, froms, tail } = open(hand([['a', 'b'], ['c']], true), hand([['d']]));
    expect(await book.readOn(deployment, 'job', api)).toEqual(UNREACHABLE);
    await book.readOn(deployment, 'job', api);
    expect(froms).toEqual([0, 3]);
    expect(tail()).toEqual(['a', 'b', 'c', 'd']);
  });

  test('the whole read takes the place of what was read so far, and only when it came to the end', async () => {
    const { book, api, froms, tail } = open(
      hand([['a']]),
      hand([['a'], ['b']], true),
      hand([['a', 'b', 'c']]),
    );
    await book.readOn(deployment, 'job', api);
    expect(await book.readWhole(deployment, 'job', api)).toEqual(UNREACHABLE);
    expect(tail()).toEqual(['a']);
    expect(book.excerpt(deployment.id)?.complete).toBe(false);
    expect(await book.readWhole(deployment, 'job', api)).toEqual(succeed(null));
    expect(tail()).toEqual(['a', 'b', 'c']);
    expect(book.excerpt(deployment.id)?.complete).toBe(true);
    expect(froms).toEqual([0, 0, 0]);
  });

  test('a log that was never read, or is forgotten, is null; other logs stay', async () => {
    const { book, api, tail } = open(hand([['a']]), hand([['b']]));
    expect(tail()).toBeUndefined();
    await book.readOn(deployment, 'job', api);
    await book.readOn({ ...deployment, id: 'other' }, 'job-2', api);
    book.forget(deployment.id);
    expect(book.excerpt(deployment.id)).toBeNull();
    expect(book.excerpt('other')?.tail).toEqual(['b']);
  });
});
