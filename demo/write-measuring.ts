import type { Shot } from './browser.ts';

/** JavaScript that makes a page ready for its picture, and gives the rectangle of that with room around it, in whole pixels. */
export function writeMeasuring({ selector, hidden, unfolded }: Shot, margin: number): string {
  return `(() => {
  const find = (selector) => [...document.querySelectorAll(selector)];
  for (const one of find(${JSON.stringify(hidden ?? ':not(*)')})) one.hidden = true;
  for (const one of find(${JSON.stringify(unfolded ?? ':not(*)')})) one.open = true;
  const boxes = find(${JSON.stringify(selector)}).map((one) => one.getBoundingClientRect());
  const edge = (choose, read) => choose(...boxes.map(read));
  const x = Math.floor(edge(Math.min, (box) => box.left)) - ${margin};
  const y = Math.floor(edge(Math.min, (box) => box.top)) - ${margin};
  const width = Math.ceil(edge(Math.max, (box) => box.right)) + ${margin} - x;
  const height = Math.ceil(edge(Math.max, (box) => box.bottom)) + ${margin} - y;
  return { x, y, width, height };
})()`;
}
