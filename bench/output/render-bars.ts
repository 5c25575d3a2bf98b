import { formatNumber } from './format-number.ts';

export interface BarPanel {
  readonly title: string;
  readonly unit: string;
  readonly groups: readonly {
    readonly label: string;
    readonly bars: readonly { readonly label: string; readonly value: number }[];
  }[];
}

const WIDTH = 760;
const LEFT = 230;
const BAR = 16;
const GAP = 10;
const COLOURS = ['#2563eb', '#f59e0b', '#9ca3af'];

/** Panels of horizontal bars, one below the other, as an SVG that can be read on a light and on a dark page. */
export function renderBars(panels: readonly BarPanel[]): string {
  const parts: string[] = [];
  let y = 24;
  for (const panel of panels) {
    parts.push(text(16, y, panel.title, 'font-weight="600"'));
    y += 18;
    const most = Math.max(
      ...panel.groups.flatMap(({ bars }) => bars.map(({ value }) => value)),
      Number.EPSILON,
    );
    for (const { label, bars } of panel.groups) {
      parts.push(text(16, y + 12, label, 'opacity="0.7"'));
      y += 18;
      bars.forEach(({ label: name, value }, index) => {
        parts.push(
          drawBar(y, { name, value, most, unit: panel.unit, colour: COLOURS[index % COLOURS.length] ?? '' }),
        );
        y += BAR + 3;
      });
      y += GAP;
    }
    y += 2 * GAP;
  }
  const style = 'font-family="system-ui, sans-serif" font-size="12" fill="#6b7280"';
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${y}" ${style} role="img">\n${parts.join('\n')}\n</svg>\n`;
}

function drawBar(
  y: number,
  bar: { name: string; value: number; most: number; unit: string; colour: string },
): string {
  const width = Math.max(1, ((WIDTH - LEFT - 90) * bar.value) / bar.most);
  const amount = `${formatNumber(bar.value)}${bar.unit ? ` ${bar.unit}` : ''}`;
  return [
    text(LEFT - 8, y + 12, bar.name, 'text-anchor="end"'),
    `<rect x="${LEFT}" y="${y}" width="${width.toFixed(1)}" height="${BAR}" rx="2" fill="${bar.colour}"/>`,
    text(LEFT + width + 6, y + 12, amount, ''),
  ].join('');
}

function text(x: number, y: number, content: string, attributes: string): string {
  const escaped = content.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
  return `<text x="${x.toFixed(1)}" y="${y}" ${attributes}>${escaped}</text>`;
}
