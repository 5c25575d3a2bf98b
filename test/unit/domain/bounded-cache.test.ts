import { expect, test } from 'vitest';
import { BoundedCache } from '../../../src/domain/bounded-cache.ts';

test('what was used last is kept, up to the size', () => {
  const cache = new BoundedCache<string>(10);
  cache.set('a', 'A', 4);
  cache.set('b', 'B', 4);
  expect(cache.get('a')).toBe('A');
  cache.set('c', 'C', 4);
  expect([cache.get('a'), cache.get('b'), cache.get('c')]).toEqual(['A', undefined, 'C']);
  // A value that is set again counts once.
  cache.set('a', 'A2', 6);
  expect([cache.get('a'), cache.get('c')]).toEqual(['A2', 'C']);
  cache.set('d', 'too large', 11);
  expect(['a', 'c', 'd'].map((key) => cache.get(key))).toEqual([undefined, undefined, undefined]);
});
