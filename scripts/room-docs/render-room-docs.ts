import { ALLOWED, TYPES_ONLY } from './rooms.ts';

const MARKED = /(<!-- rooms: npm run generate -->\n)[\s\S]*?(<!-- end of rooms -->)/;

/** The architecture page with a current graph of the rooms. */
export function insertRoomGraph(page: string): string {
  if (!MARKED.test(page))
    throw new Error('docs/architecture.md has lost the marks around its graph of rooms.');
  return page.replace(MARKED, (_, begin: string, end: string) => `${begin}${renderRoomGraph()}${end}`);
}

/** Every room imports from `domain`, so it isn't drawn. */
function renderRoomGraph(): string {
  const lines = [...drawArrows(ALLOWED, '-->'), ...drawArrows(TYPES_ONLY, '-.->')];
  return ['```mermaid', 'graph LR', ...lines, '```', ''].join('\n');
}

function drawArrows(imports: Record<string, readonly string[]>, arrow: string): string[] {
  return Object.entries(imports)
    .map(([room, others]) => ({ room, drawn: others.filter((other) => other !== 'domain') }))
    .filter(({ drawn }) => drawn.length > 0)
    .map(({ room, drawn }) => `    ${room} ${arrow} ${drawn.join(' & ')}`);
}
