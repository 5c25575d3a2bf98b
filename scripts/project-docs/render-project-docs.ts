import { checkProject, type Finding, MOST_FINDINGS } from '../../src/project/check-project.ts';
import { MOST_BYTES, MOST_FILE_BYTES, MOST_FILES } from '../../src/project/project-files.ts';
import { readProject } from '../../src/project/read-project.ts';
import { renderLine } from '../../src/project/render-findings.ts';
import type { Example, Level, Rule } from '../../src/project/rules/rule.ts';
import { RULES } from '../../src/project/rules/rules.ts';
import { LIMITS } from '../../src/project/yaml-file.ts';
import { formatCount } from '../../src/reporting/render/format-numbers.ts';
import { ExampleSource, trimStart } from './example-project.ts';

const INTRODUCTION = `# The project check

<!-- Made by \`npm run generate\` from src/project/rules/: edit the rules, not this page. -->

The project check reads the Meltano project of a workspace and finds mistakes before they are deployed.

\`\`\`sh
node bin/meltano-deploy.mjs project check [directory] [--format text|github|json]
\`\`\`

It works offline, on the files as they are on the disk. Each finding has a place: \`path:line:column: level: message [rule]\`.
\`--format github\` prints annotations for GitHub Actions, \`--format json\` prints JSON. The exit code is 1 if there is an error, and 2 if the directory
or the command is wrong. For [pre-commit](https://pre-commit.com):

\`\`\`yaml
- repo: local
  hooks:
  - id: meltano-project
    name: Meltano project
    entry: meltano-deploy project check
    language: system
    pass_filenames: false
\`\`\`

- An **error** fails for certain, or is certainly ignored. With [\`checks: {project: block}\`](check-runs.md#a-held-workspace) it keeps a push from being deployed.
- A **warning** is probably a mistake.
- A **note** is worth knowing.

\`\`\`sh
node bin/meltano-deploy.mjs project plan <revision>..<revision> [directory]
\`\`\`

says what the step between two commits of a git checkout changes in the workspace: pipelines, plugins, environments, jobs, schedules, data stores and settings.
⚠ stands before what people regret: a pipeline or a schedule that goes, a pipeline renamed, a loader or a data store exchanged, a lock file without its plugin and the reverse.
Keys and files that Meltano Cloud's own commits took from people come first, with the command that restores the file.
The values of \`config\`, \`properties\`, \`env\`, \`settings\` and scripts are never shown, only the names of keys.

## What it reads

A file that can't be read has that as its only finding. Rules that would need it are skipped, and the output names them.
The check reads at most ${formatCount(MOST_FILES)} files of a project, ${MOST_FILE_BYTES / 1024} KiB each and ${MOST_BYTES / 1024 / 1024} MiB together, ${LIMITS.deepest} levels and ${formatCount(LIMITS.mostValues)} values a file. It says what it left out. Lock files and all others count by their names only.
Of each rule it shows the first ${formatCount(MOST_FINDINGS)} findings.
`;

const HEADINGS: readonly (readonly [Level, string])[] = [
  ['error', 'Errors'],
  ['warning', 'Warnings'],
  ['note', 'Notes'],
];

/** The page \`docs/project-check.md\`: every rule with an example that is wrong and one that is right. */
export async function renderProjectDocs(): Promise<string> {
  const parts = [INTRODUCTION];
  for (const [level, heading] of HEADINGS) {
    parts.push(`## ${heading}\n`);
    for (const rule of RULES.filter((one) => one.level === level)) parts.push(await renderRule(rule));
  }
  return `${parts.join('\n').trimEnd()}\n`;
}

/** What a rule finds in an example. */
export async function findInExample(example: Example): Promise<readonly Finding[]> {
  return checkProject(await readProject(new ExampleSource(example), { directory: '' })).findings;
}

async function renderRule({ code, text, wrong, right }: Rule): Promise<string> {
  const found = (await findInExample(wrong)).filter((finding) => finding.code === code);
  return `### ${code}

${text}

Wrong:

${renderExample(wrong)}

\`\`\`text
${found.map(renderLine).join('\n')}
\`\`\`

Right:

${renderExample(right)}
`;
}

function renderExample(example: Example): string {
  return Object.entries(example)
    .map(([path, text]) =>
      text === null
        ? `No \`${path}\`.`
        : `\`${path}\`\n\n\`\`\`${path.endsWith('.yml') ? 'yaml' : 'json'}\n${trimStart(text).trimEnd()}\n\`\`\``,
    )
    .join('\n\n');
}
