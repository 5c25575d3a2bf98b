import { describe, expect, onTestFinished, test, vi } from 'vitest';
import type { LogRequest } from '../../../src/domain/meltano.ts';
import { connect, connectTo, createAgent, failureOf, serve, startSandbox } from './client-setup.ts';

const ID = '71c0ef56-7f7e-47c1-9700-2d7e2eb5a04e';

async function setUp() {
  const sandbox = await startSandbox();
  const job = sandbox.createJob(
    sandbox.addWorkspace({ name: 'A', repositoryUrl: 'https://github.com/acme/data' }),
  );
  job.run();
  const client = connect(sandbox);
  const cuts: [number, number][] = [];
  const read = async (from: number, until: LogRequest['until']) => {
    const lines: string[] = [];
    const result = await client.readLog({
      jobId: job.id,
      from,
      until,
      onLines: async (batch, cut) => {
        cuts.push(...(cut ?? []));
        lines.push(...batch);
      },
    });
    return { lines, result };
  };
  const sequences = () =>
    sandbox.service.exchanges.map(({ path }) => new URL(path, 'http://x').searchParams.get('sequence'));
  return { sandbox, job, client, read, cuts, sequences };
}

describe('once', () => {
  test('nothing there (204) leaves the place where it is', async () => {
    const { read } = await setUp();
    expect(await read(0, 'once')).toEqual({ lines: [], result: { ok: true, value: { next: 0 } } });
  });

  test('only complete lines, and the next read continues after them', async () => {
    const { job, read } = await setUp();
    job.write('one\ntwo\nthr');
    expect(await read(0, 'once')).toEqual({
      lines: ['one', 'two'],
      result: { ok: true, value: { next: 2 } },
    });
    expect(await read(2, 'once')).toEqual({ lines: [], result: { ok: true, value: { next: 2 } } });
    job.write('ee\n');
    expect(await read(2, 'once')).toEqual({ lines: ['three'], result: { ok: true, value: { next: 3 } } });
  });

  test('one answer only', async () => {
    const { sandbox, job, read, sequences } = await setUp();
    sandbox.pageLimit = 2;
    job.log('one', 'two', 'three');
    expect((await read(0, 'once')).result).toEqual({ ok: true, value: { next: 2 } });
    expect(sequences()).toEqual(['0']);
  });
});

describe('end', () => {
  test('across answers, to an empty one', async () => {
    const { sandbox, job, read, sequences } = await setUp();
    sandbox.pageLimit = 2;
    job.log('one', 'two', 'three', 'four');
    expect(await read(1, 'end')).toEqual({
      lines: ['two', 'three', 'four'],
      result: { ok: true, value: { next: 4 } },
    });
    expect(sequences()).toEqual(['1', '3', '4']);
  });

  test('a last line without newline counts', async () => {
    const { job, read, sequences } = await setUp();
    job.write('one\ntwo\nthe end');
    expect(await read(0, 'end')).toEqual({
      lines: ['one', 'two', 'the end'],
      result: { ok: true, value: { next: 3 } },
    });
    expect(sequences()).toEqual(['0', '2']);
  });

  test('also when the service has no more for its place, or answers 200 with nothing', async () => {
    for (const status of [204, 200]) {
      const origin = await serve((request, response) => {
        if (request.url?.endsWith('=0')) response.end('one\nthe end');
        else response.writeHead(status).end();
      });
      const lines: string[] = [];
      const onLines = async (batch: string[]) => void lines.push(...batch);
      const result = await connectTo(origin).readLog({ jobId: ID, from: 0, until: 'end', onLines });
      expect({ lines, result }).toEqual({
        lines: ['one', 'the end'],
        result: { ok: true, value: { next: 2 } },
      });
    }
  });

  test('an empty log', async () => {
    const { read } = await setUp();
    expect(await read(0, 'end')).toEqual({ lines: [], result: { ok: true, value: { next: 0 } } });
  });

  test('an answer that breaks off is read on after its last line', async () => {
    const asked: (string | undefined)[] = [];
    const origin = await serve((request, response) => {
      asked.push(request.url?.split('=')[1]);
      if (asked.length === 1) {
        response.writeHead(200, { 'content-length': '100' });
        response.write('one\ntwo\nthr', () => response.destroy());
      } else if (asked.length === 2) response.end('three\n');
      else response.writeHead(204).end();
    });
    const lines: string[] = [];
    const onLines = async (batch: string[]) => void lines.push(...batch);
    const result = await connectTo(origin).readLog({ jobId: ID, from: 0, until: 'end', onLines });
    expect({ lines, result }).toEqual({
      lines: ['one', 'two', 'three'],
      result: { ok: true, value: { next: 3 } },
    });
    expect(asked).toEqual(['0', '2', '3']);
  });

  test('a failure in the middle is a failure', async () => {
    const { sandbox, job, read } = await setUp();
    sandbox.pageLimit = 1;
    job.log('one', 'two');
    sandbox.service.faults.add({ path: /sequence=1/, action: { kind: 'status', status: 503 } });
    expect(failureOf((await read(0, 'end')).result)).toMatchObject({ kind: 'status', status: 503 });
  });
});

describe('what arrives', () => {
  test('plain text is asked for', async () => {
    const { sandbox, read } = await setUp();
    await read(0, 'once');
    expect(sandbox.service.exchanges[0]?.headers.accept).toBe('text/plain');
  });

  test('characters split between chunks, colours and carriage returns come through', async () => {
    const text = Buffer.from('\u001b[31mé€🚀\u001b[0m\r\n 10%\r 20%\n');
    const origin = await serve(async (_, response) => {
      for (const byte of text) await new Promise((resolve) => response.write(Buffer.of(byte), resolve));
      response.end();
    });
    const lines: string[] = [];
    const onLines = async (batch: string[]) => void lines.push(...batch);
    await connectTo(origin).readLog({ jobId: ID, from: 0, until: 'once', onLines });
    expect(lines).toEqual(['\u001b[31mé€🚀\u001b[0m', ' 10%\r 20%']);
  });

  test('a line of 10 MB is cut, and what follows is counted right', async () => {
    const { job, read, cuts } = await setUp();
    job.log('ü'.repeat(5 * 1024 * 1024), 'next');
    const { lines, result } = await read(0, 'once');
    expect(lines).toEqual(['ü'.repeat(64 * 1024), 'next']);
    expect(cuts).toEqual([[0, 5 * 1024 * 1024 - 64 * 1024]]);
    expect(result).toEqual({ ok: true, value: { next: 2 } });
  });

  test('the reader waits for the consumer of the lines', async () => {
    const { job, client } = await setUp();
    job.log(...Array.from({ length: 3000 }, (_, index) => `line ${index}`));
    let busy = 0;
    let most = 0;
    const batches: number[] = [];
    await client.readLog({
      jobId: job.id,
      from: 0,
      until: 'end',
      onLines: async (batch) => {
        busy += 1;
        most = Math.max(most, busy);
        batches.push(batch.length);
        await new Promise((resolve) => setImmediate(resolve));
        busy -= 1;
      },
    });
    expect(most).toBe(1);
    expect(batches.reduce((sum, length) => sum + length, 0)).toBe(3000);
    expect(Math.max(...batches)).toBeLessThanOrEqual(500);
  });

  test('what the taker throws is thrown, not taken for a failure of the service', async () => {
    const { job, client } = await setUp();
    job.log('one');
    const problem = new Error('full');
    const onLines = () => Promise.reject(problem);
    await expect(client.readLog({ jobId: job.id, from: 0, until: 'once', onLines })).rejects.toBe(problem);
  });

  test('a page for people is no log', async () => {
    const { sandbox, read } = await setUp();
    const answer = { status: 200, contentType: 'text/html; charset=utf-8', body: '<html>\nSign in' };
    sandbox.service.faults.add({ path: /logs/, action: { kind: 'answer', ...answer } });
    const { lines, result } = await read(0, 'once');
    expect(lines).toEqual([]);
    expect(failureOf(result)).toEqual({ kind: 'unexpected_body', status: 200, message: '<html> Sign in' });
  });

  test('a log that stops in mid-answer is a lost answer when it brought no line', async () => {
    const origin = await serve((_, response) => {
      response.writeHead(200, { 'content-length': '100' });
      response.write('thr', () => response.destroy());
    });
    const request = { jobId: ID, from: 0, until: 'once', onLines: async () => {} } as const;
    expect(failureOf(await connectTo(origin).readLog(request)).kind).toBe('no_answer');
  });

  test('a log has a limit of its own, not the one of other calls', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    onTestFinished(() => void vi.useRealTimers());
    const firstLineRead = Promise.withResolvers<void>();
    const origin = await serve(async (_, response) => {
      response.write('one\n');
      await firstLineRead.promise;
      response.end('two\n');
    });
    const lines: string[] = [];
    const onLines = async (batch: string[]) => {
      lines.push(...batch);
      vi.advanceTimersByTime(120_000);
      firstLineRead.resolve();
    };
    const client = connectTo(origin, createAgent(), {
      timeouts: { total: 60_000, body: 600_000, log: 600_000 },
    });
    expect(await client.readLog({ jobId: ID, from: 0, until: 'once', onLines })).toMatchObject({ ok: true });
    expect(lines).toEqual(['one', 'two']);
  });
});
