import { cleanInlineText, sliceWhole } from '../../logs/clean-log-line.ts';

/** GitHub's limit for the name of an environment (characters). */
const LONGEST = 255;

/** The name of a workspace's GitHub environment, at most 255 characters. `redact` comes before the cut. */
export function nameEnvironment(
  { name, workspaceId }: { readonly name: string; readonly workspaceId: string },
  redact: (text: string) => string,
): string {
  const shown = sliceWhole(redact(cleanInlineText(name)), LONGEST).trim();
  return shown === '' ? workspaceId : shown;
}
