import { COMMAND_HELP } from '../../src/commands/replies/render-help.ts';
import { renderReply } from '../../src/commands/replies/render-reply.ts';
import { type Example, listExamples } from './examples.ts';

const INTRODUCTION = `# Commands

<!-- Made by \`npm run generate\` from the code: edit scripts/command-docs/, not this page. -->

Write a command in a **new comment** on an issue, on a pull request (in its conversation) or on a commit, on a line of its own. What else the comment says doesn't matter.
Lines in quotes, code and HTML comments are not commands, nor is what a mail program copies below a reply, and edited comments never count. The first command of a comment counts.
An HTML comment behind a command, invisible characters and full-width forms of letters don't matter.
`;

const RULES = `
- \`/meltano redeploy …\` is the same as \`/redeploy …\`, and \`/meltano cancel …\` the same as \`/meltano withdraw …\`. The word of the command may be in any letter case.
- A workspace is named by its name (in any letter case, with accents as one character or two, in quotes if it has blanks), its alias, its id, or the first 8 or more characters of its id.
- Only workspaces of the repository in which the comment stands can be named.
- Without a name, \`/redeploy\`, \`/meltano withdraw\` and \`/meltano logs\` mean: on a pull request, the workspaces that track its branch (if that is in this repository) and, once it is merged, those that
  track the branch it was merged into; on a commit, the workspaces whose tracked branch ends at that commit, else the only workspace; on an issue, the only workspace. \`/meltano status\` and \`/meltano why\` mean all workspaces.
- A redeployment is made on the current head of the branch that the workspace tracks, because that is what Meltano Cloud deploys. Its check run stands on that commit.
- The same command by the same person in the same place within ten seconds is one command: one of the comments is answered, as a rule the first. A command that reaches the app more than an hour late is not carried out.

## Who may give them

| command | private repository | public repository |
| --- | --- | --- |
| \`redeploy\`, \`withdraw\` | write | write |
| all others | read | triage |

The app asks GitHub at the time of the command, and custom roles count by the rights that they have. If GitHub can't answer, nothing is done until it does; after ten minutes the command is refused. Somebody without a role in a public repository gets 😕 and
no words.

## How the app answers

On an issue or pull request: 👀 when a command is taken, one reply, which is edited as things move, and in the end 🚀 in place of 👀, or 😕 if it did not succeed or was refused. On a commit: one reply in the
end, and no reactions, since GitHub would want more rights for them than this app asks for. In a locked conversation the check run alone tells the result.
Where a redeployment failed, the reply has the error that ended it, if the check run shows the log too.

## The replies
`;

/** The page \`docs/commands.md\`: what the code says of each command, and one example of each reply. */
export function renderCommandDocs(): string {
  const rows = Object.values(COMMAND_HELP).map(
    ({ usage, example, description }) =>
      `| \`${usage.replaceAll('|', '\\|')}\` | ${description} | \`${example}\` |`,
  );
  const table = ['| command | what it does | for example |', '| --- | --- | --- |', ...rows].join('\n');
  return `${[INTRODUCTION, table, RULES, ...listExamples().map(renderExample)].join('\n').trimEnd()}\n`;
}

function renderExample({ title, comment, view }: Example): string {
  const reply = renderReply(view)
    .split('\n')
    .map((line) => `> ${line}`.trimEnd())
    .join('\n');
  return `### ${title}\n\n\`\`\`text\n${comment}\n\`\`\`\n\n${reply}\n`;
}
