import { neededLevel } from '../../src/commands/permissions.ts';
import { COMMAND_HELP } from '../../src/commands/replies/render-help.ts';
import { renderReply } from '../../src/commands/replies/render-reply.ts';
import { COMMAND_NAMES } from '../../src/domain/command.ts';
import type { PermissionLevel } from '../../src/domain/conversation.ts';
import type { Example } from './example-parts.ts';
import { listExamples } from './examples.ts';

/** The commands by the roles that they need. */
function listRoles(): string {
  const commands = [
    ...COMMAND_NAMES.map((name) => ({ name, shown: name })),
    { name: 'redeploy', shown: 'redeploy --force', force: true } as const,
  ];
  const rows = Map.groupBy(commands, (command) =>
    [true, false].map((isPrivate) => describeRole(neededLevel(command, isPrivate, 'write'))).join(' | '),
  );
  return [...rows]
    .map(([roles, some]) => `| ${some.map(({ shown }) => `\`${shown}\``).join(', ')} | ${roles} |`)
    .join('\n');
}

function describeRole(level: PermissionLevel): string {
  if (level === 'pull') return 'read';
  return level === 'push' ? 'write' : level;
}

const INTRODUCTION = `# Commands

<!-- Made by \`npm run generate\` from the code: edit scripts/command-docs/, not this page. -->

Write a command in a **new comment** on an issue, a pull request (in its conversation) or a commit, on a line of its own. The rest of the comment is ignored, and only the first command counts.
Quotes, code, HTML comments, copies of older mails below a reply, and edited comments give no commands. An HTML comment after a command, invisible characters and full-width letters are ignored.
`;

const RULES = `
- \`/meltano redeploy …\` is the same as \`/redeploy …\`. Commands may be in any letter case.
- Refer to a workspace of the comment's repository by its name (in any letter case, with accents as one character or two, in quotes if it has spaces), its alias, its id, or at least the first 8 characters of its id.
- Without a name, \`/meltano status\`, \`/meltano why\` and \`/meltano pipelines\` mean all workspaces. For the other commands the place of the comment decides:
  - On a pull request: the workspaces that track its branch, if that is in this repository, and after the merge those that track its base branch.
  - On a commit: the workspaces whose tracked branch ends at that commit, else the only workspace.
  - On an issue: the only workspace.
- A redeployment takes the current head of the branch that the workspace tracks, because Meltano Cloud deploys that. Its check run is on that commit.
- The same command by the same person in the same place within ten seconds counts once: one of the comments is answered, usually the first. A command that reaches the app more than an hour late is refused.

## Pipelines

- The name of a pipeline is the rest of the line up to an option, with or without quotes: its file's name without the ending, its \`name\` or its \`label\`. Letter case, accents as one character or two, blanks, \`-\` and \`_\` make no difference.
  Its id, or at least the first 8 characters of it, works too.
- \`/meltano run\` starts nothing without \`--yes\`: a run moves data. A start is never sent twice. If its answer is lost, the app looks for the job for two minutes. Only one pipeline of a workspace can run at a time.
- \`/meltano verify\` verifies one pipeline after another. The log of a verification may show settings, so the app shows nothing of it but the error that ended it, redacted; in a public repository only passed or failed.
- In a public repository these commands, and the pipelines in \`/meltano status\`, are off unless the [configuration](configuration.md#its-keys) has \`commands: {pipelines: true}\`.
- Meltano Cloud doesn't document the time zone of schedules; the app reads them as UTC.

## Permissions

| command | private repository | public repository |
| --- | --- | --- |
${listRoles()}

[\`commands.permission\`](configuration.md#its-keys) can change write, and raise maintain. The app asks GitHub when the command arrives; a custom role counts by its rights. While GitHub can't answer, nothing is done, and after ten minutes the command is refused. In a public repository a person without a role gets only 😕.

## How the app answers

On an issue or pull request: 👀 when the app accepts a command, one reply that is updated, and at the end 🚀 instead of 👀, or 😕 if the command failed or was refused. On a commit: one reply at the end and no
reactions, which would need more rights. In a locked conversation only the check run shows the result. The reply to a failed redeployment has the error that ended it, if the check run shows the log.

## The replies

Each reply ends with a line that links to the comment that it answers; only the first example shows it. Ids in the links are shortened here.
`;

/** The page \`docs/commands.md\`: what the code says of each command, and one example of each reply but help. */
export function renderCommandDocs(): string {
  const rows = Object.values(COMMAND_HELP).map(
    ({ usage, example, description }) =>
      `| \`${usage.replaceAll('|', '\\|')}\` | ${description} | \`${example}\` |`,
  );
  const table = ['| command | what it does | for example |', '| --- | --- | --- |', ...rows].join('\n');
  // The help reply repeats the table of this page.
  const examples = listExamples().filter(({ view }) => view.body.kind !== 'help');
  return `${[INTRODUCTION, table, RULES, ...examples.map((one, index) => renderExample(one, index === 0))].join('\n').trimEnd()}\n`;
}

function renderExample({ title, comment, view }: Example, isWhole: boolean): string {
  const whole = shortenIds(renderReply(view));
  const reply = (isWhole ? whole : whole.slice(0, whole.lastIndexOf('\n\nReply to ')))
    .split('\n')
    .map((line) => `> ${line}`.trimEnd())
    .join('\n');
  return `### ${title}\n\n\`\`\`text\n${comment}\n\`\`\`\n\n${reply}\n`;
}

function shortenIds(reply: string): string {
  return reply
    .replaceAll(/(commit\/[0-9a-f]{7})[0-9a-f]{33}/g, '$1')
    .replaceAll(/(workspaces\/[0-9a-f]{8})[0-9a-f-]{28}/g, '$1');
}
