import { styleText } from 'node:util';

type Style = Parameters<typeof styleText>[0];
/** A line is pieces of plain text with their style, so that it can be cut to the width of the terminal. */
export type Piece = readonly [style: Style | null, text: string];

export function fitLine(pieces: readonly Piece[], width: number, stream: NodeJS.WriteStream): string {
  let room = width;
  return pieces
    .map(([style, text]) => {
      const characters = [...text];
      const shown =
        characters.length <= room
          ? text
          : `${characters.slice(0, Math.max(0, room - 1)).join('')}${room > 0 ? '…' : ''}`;
      room -= Math.min(room, characters.length);
      return style === null ? shown : styleText(style, shown, { stream });
    })
    .join('');
}
