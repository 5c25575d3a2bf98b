import { describe, expect, test } from 'vitest';
import { type OrderKeys, orderDeployments } from '../../../src/domain/order-deployments.ts';

interface Push extends OrderKeys {
  readonly id: string;
}

function push(id: string, keys: Partial<OrderKeys>): Push {
  return { id, sha: id, before: null, pushedAt: 0, receivedAt: 0, ...keys };
}

function order(...pushes: Push[]): string {
  return orderDeployments(pushes)
    .map((one) => one.id)
    .join('');
}

describe('orderDeployments', () => {
  test("follows GitHub's time of the push, not the time of receipt", () => {
    expect(
      order(push('a', { pushedAt: 2000, receivedAt: 1 }), push('b', { pushedAt: 1000, receivedAt: 2 })),
    ).toBe('ba');
  });

  test('follows what builds on what within one second', () => {
    const a = push('a', { before: '0', receivedAt: 3 });
    const b = push('b', { before: 'a', receivedAt: 2 });
    const c = push('c', { before: 'b', receivedAt: 1 });
    for (const pushes of [
      [a, b, c],
      [c, b, a],
      [b, c, a],
      [c, a, b],
    ])
      expect(order(...pushes)).toBe('abc');
  });

  test('falls back to the receipt when nothing links the pushes', () => {
    expect(order(push('b', { receivedAt: 2 }), push('a', { receivedAt: 1 }))).toBe('ab');
  });

  test('ends on a push back and forth within one second', () => {
    const there = push('x', { sha: '2', before: '1', receivedAt: 1 });
    const back = push('y', { sha: '1', before: '2', receivedAt: 2 });
    expect(order(back, there)).toBe('xy');
  });
});
