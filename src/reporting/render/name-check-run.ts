import { cleanInlineText } from '../../logs/clean-log-line.ts';

/** Code points of a workspace's name in the check run's name. */
const LONGEST_NAME = 80;
const SHORT_ID = 8;

/**
 * The check run's name, which branch protection rules may refer to. `duplicate`: another workspace of the repository has the
 * same name.
 */
export function nameCheckRun(workspace: {
  readonly workspaceName: string;
  readonly workspaceId: string;
  readonly duplicate: boolean;
}): string {
  const shortId = workspace.workspaceId.slice(0, SHORT_ID);
  const cut = Array.from(cleanInlineText(workspace.workspaceName)).slice(0, LONGEST_NAME).join('').trim();
  const name = `Meltano Deploy (${cut === '' ? shortId : cut})`;
  return workspace.duplicate && cut !== '' ? `${name} ${shortId}` : name;
}
