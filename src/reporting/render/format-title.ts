import { cleanInlineText, sliceWhole } from '../../logs/clean-log-line.ts';

const LONGEST_TITLE = 255;

/** The title of a check run: one line, cut; not Markdown. */
export function formatTitle(text: string): string {
  const title = cleanInlineText(text);
  return title.length <= LONGEST_TITLE ? title : `${sliceWhole(title, LONGEST_TITLE - 1)}…`;
}
