import type { Repository } from '../domain/deployment.ts';
import { trackedBranch } from '../domain/match-workspaces.ts';
import type { SetupText } from '../domain/setup-run.ts';
import type { Workspace } from '../domain/workspace.ts';
import { formatCode } from '../reporting/render/escape-markdown.ts';
import { formatCount } from '../reporting/render/format-numbers.ts';

/** GitHub takes 255 characters. */
const TITLE_LENGTH = 200;

/** Says what the app does in a repository, right after it was installed there. Pure. */
export function renderSetup(
  repository: Repository,
  workspaces: readonly Workspace[],
  hasOtherDeployments: boolean,
): SetupText {
  if (workspaces.length === 0) {
    return {
      conclusion: 'neutral',
      title: 'No workspace of your Meltano Cloud account names this repository',
      summary: [
        'Pushes to this repository deploy nothing yet.',
        `To deploy from here, set ${formatCode(`${repository.owner}/${repository.name}`)} as the repository of a workspace on Meltano Cloud, and add the Meltano Cloud account of this app to that workspace. The operator of this app can also map a workspace to this repository.`,
        'The app keeps looking for 30 days, and creates another check run when it finds a workspace.',
      ].join('\n\n'),
    };
  }
  const named = workspaces.map((one) => `${clean(one.name)} (${clean(trackedBranch(one, repository))})`);
  const count =
    workspaces.length === 1 ? '1 workspace deploys' : `${formatCount(workspaces.length)} workspaces deploy`;
  const title = `${count} from here: ${named.join(', ')}. Nothing was deployed.`;
  const list = workspaces.map(
    (one) =>
      `- ${formatCode(one.name)}: pushes to ${formatCode(trackedBranch(one, repository))}${one.directory === null ? '' : `, directory ${formatCode(one.directory)}`}`,
  );
  const other = hasOtherDeployments
    ? "**The repository's own webhook still deploys too.** Remove it in the repository's settings, so that each push is deployed once."
    : '';
  const summary = ['Nothing was deployed yet. These workspaces deploy from here:', list.join('\n'), other];
  return {
    conclusion: 'success',
    title: title.length <= TITLE_LENGTH ? title : `${count} from here. Nothing was deployed.`,
    summary: summary.filter((text) => text !== '').join('\n\n'),
  };
}

function clean(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\s]+/gu, ' ').trim();
}
