import { z } from 'zod';
import { DEFAULT_CONFIGURATION } from '../domain/repository-configuration.ts';
import { APPROVAL_KEYS, approval } from './approval-schema.ts';
import { FREEZE_KEYS, freeze } from './freeze-schema.ts';
import { checkGlob, LONGEST_GLOB, MOST_GLOBS } from './path-globs.ts';
import type { Section } from './suggest-name.ts';
import { after, CHECK_KEYS, waitFor, waitForTimeout } from './wait-for-schema.ts';

const { deploy, commands, comments, notify, githubDeployments, gate } = DEFAULT_CONFIGURATION;

/** Most entries of `workspaces`. */
export const MOST_WORKSPACES = 200;

/** The default is for the JSON Schema: the operator may set another one. */
function withDefault<T extends z.ZodType>(schema: T, value: z.output<T>) {
  return schema.optional().meta({ default: value });
}

const glob = z
  .string()
  .min(1, { abort: true })
  .max(LONGEST_GLOB, { abort: true })
  .superRefine((value, context) => {
    const problem = checkGlob(value);
    if (problem !== null) context.addIssue({ code: 'custom', message: problem });
  });

const onPush = z.boolean().meta({ description: 'false: deployed only by command, button or re-run.' });
const paths = z
  .array(glob)
  .min(1)
  .max(MOST_GLOBS)
  .meta({
    description:
      "Globs of the files whose changes count, relative to the repository's root. For a workspace they replace its directory; under deploy they hold for workspaces without a directory.",
    examples: [['pipelines/**', 'shared/*.yml']],
  });
const pathsIgnore = z
  .array(glob)
  .max(MOST_GLOBS)
  .meta({
    description: 'Globs of files whose changes never count.',
    examples: [['**/*.md']],
  });
const skipTokens = z
  .array(z.string().max(100).regex(/\S/, { error: 'must not be blank: every message would contain it' }))
  .max(20)
  .meta({
    description:
      "A push whose head commit's message contains one of these, in any letter case, isn't deployed; a skipped check run says so. An empty list: no such words.",
    examples: [['[skip deploy]']],
  });
const unmatched = z.enum(['silent', 'skipped']).meta({
  description:
    "The result of a push to the tracked branch that isn't deployed because of paths, on_push or ignore_senders: nothing, or a skipped check run with the reason.",
});
const ignoreSenders = z
  .array(
    z
      .string()
      .max(100)
      .regex(/^[\w-]+(\[bot\])?$/, {
        error: 'must be a GitHub login without "@", such as "octocat" or "renovate[bot]"',
      }),
  )
  .max(100)
  .meta({
    description: "GitHub logins whose pushes don't deploy, in any letter case.",
    examples: [['renovate[bot]']],
  });
const log = z.enum(['live', 'final', 'none']).meta({
  description:
    'The log in the check run: while the job runs, once it has ended, or never. Default: live on private, none on public repositories, because everyone can read their check runs.',
});

const verify = z.boolean().meta({
  description:
    'true: after a deployment, pipelines whose file or components the push changed are verified, at most 5; a failed one fails the check run. Needs checks.pipelines: report.',
});

const retry = z
  .strictObject({
    transient: withDefault(
      z.literal([0, 1]).meta({
        description:
          '1: if a job fails with a known error that usually passes, such as a broken connection to the package index, the deployment starts one more job.',
      }),
      deploy.retryTransient,
    ),
  })
  .meta({ description: 'Which failed deployments are tried again.' });

const projectCheck = z.enum(['report', 'block', 'off']).meta({
  description:
    'report: a check run "Meltano Deploy project" on each push to the tracked branch, and on pull requests to it, says what is wrong in the Meltano project, and what changes in the workspace. block: a push with an error in the workspace\'s project is not deployed, either. off: nothing is checked.',
});

const pipelineCheck = z.enum(['report', 'off']).meta({
  description:
    "report: after a deployment, its check run says which of the workspace's pipelines are ready, and fails if one has failed; runs that the deployment starts get a check run too. off: pipelines are not looked at.",
});

const deploySection = z
  .strictObject({
    on_push: withDefault(onPush, deploy.onPush),
    paths: paths.optional(),
    paths_ignore: withDefault(pathsIgnore, [...deploy.pathsIgnore]),
    skip_tokens: withDefault(skipTokens, [...deploy.skipTokens]),
    unmatched: withDefault(unmatched, deploy.unmatched),
    ignore_senders: withDefault(ignoreSenders, [...deploy.ignoreSenders]),
    log: log.optional(),
    verify: withDefault(verify, deploy.verify),
    retry: retry.nullish(),
    wait_for: withDefault(waitFor, []),
    wait_for_timeout: withDefault(waitForTimeout, deploy.waitForTimeout),
    freeze: withDefault(freeze, []),
  })
  .meta({ description: 'Settings for all workspaces of this repository.' });

const workspaceChecks = z.strictObject({
  project: projectCheck.optional(),
  pipelines: pipelineCheck.optional(),
});

const workspaceEntry = z
  .strictObject({
    workspace: z
      .string()
      .max(255)
      .regex(/\S/, { error: 'must not be blank' })
      .meta({
        description:
          "The workspace's name or alias in any letter case, its id, or at least 8 characters of the id's beginning.",
        examples: ['Analytics (prod)'],
      }),
    environment: z
      .string()
      .max(100)
      .regex(/^\S(.*\S)?$/, { error: 'must be one line of text, without spaces around it' })
      .optional()
      .meta({
        description: 'The name of the environment on GitHub. Default: the one from Meltano Cloud.',
        examples: ['production'],
      }),
    on_push: onPush.optional(),
    paths: paths.optional(),
    paths_ignore: pathsIgnore.optional(),
    skip_tokens: skipTokens.optional(),
    unmatched: unmatched.optional(),
    ignore_senders: ignoreSenders.optional(),
    log: log.optional(),
    verify: verify.optional(),
    retry: retry.nullish(),
    approval,
    wait_for: waitFor.optional(),
    wait_for_timeout: waitForTimeout.optional(),
    after: after.optional(),
    checks: workspaceChecks.nullish().meta({ description: 'The checks of this workspace.' }),
  })
  .meta({ description: "Refines one of this repository's workspaces: a key replaces the one under deploy." });

const gateCheck = z.boolean().meta({
  description:
    'true: one check run "Meltano Deploy" on the head of every push and pull request says whether all its deployments succeeded, or why nothing is deployed. A ruleset can require it.',
});

const checksSection = z
  .strictObject({
    project: withDefault(projectCheck, deploy.projectCheck),
    pipelines: withDefault(pipelineCheck, deploy.pipelineCheck),
    gate: withDefault(gateCheck, gate),
  })
  .meta({ description: "The checks of this repository's workspaces." });

const commandsSection = z
  .strictObject({
    enabled: withDefault(
      z.boolean().meta({ description: 'Whether comments can give commands.' }),
      commands.enabled,
    ),
    permission: withDefault(
      z.enum(['triage', 'write', 'maintain', 'admin']).meta({
        description:
          'The role that someone needs in this repository to redeploy, withdraw or verify, by command, button or re-run. Running a pipeline, locking and unlocking need at least Maintain. Commands that only show something need Read, in a public repository Triage.',
      }),
      commands.permission,
    ),
    pipelines: z.boolean().optional().meta({
      description:
        'Whether commands show, verify and run pipelines. Default: true in private, false in public repositories, where everyone can read the replies.',
    }),
  })
  .meta({ description: 'Commands in comments.' });

const commentsSection = z
  .strictObject({
    on_failure: withDefault(
      z.enum(['none', 'pull_request']).meta({
        description:
          'pull_request: a failed deployment is reported in one comment on the merged pull request of its commit.',
      }),
      comments.onFailure,
    ),
  })
  .meta({ description: 'Comments that the app writes by itself.' });

const notifySection = z
  .strictObject({
    issue: withDefault(
      z.enum(['none', 'on_failure']).meta({
        description:
          'on_failure: each workspace whose deployments fail has one issue, which the deployment that repairs it closes.',
      }),
      notify.issue,
    ),
    labels: withDefault(
      z
        .array(
          z
            .string()
            .max(50)
            .regex(/^\S(.*\S)?$/, { error: 'must be one line of text, without blanks around it' }),
        )
        .max(5)
        .meta({ description: 'The labels of such an issue.', examples: [['deployment']] }),
      [...notify.labels],
    ),
  })
  .meta({ description: 'Who is told about failed deployments.' });

/** The schema of the file. An empty section counts as absent, since all its keys may be commented out. */
export const repositoryConfigurationSchema = z
  .strictObject({
    version: z.literal(1).optional().meta({ description: 'The version of this format.' }),
    deploy: deploySection.nullish(),
    checks: checksSection.nullish(),
    workspaces: z
      .array(workspaceEntry)
      .max(MOST_WORKSPACES)
      .nullish()
      .meta({ description: "Refines, or switches off, workspaces that are already this repository's." }),
    commands: commandsSection.nullish(),
    comments: commentsSection.nullish(),
    notify: notifySection.nullish(),
    github_deployments: withDefault(
      z.union([z.boolean(), z.literal('all')]).meta({
        description:
          'Whether each deployment is also a GitHub Deployment of its environment. all: a push to the tracked branch that changes nothing in the workspace gets a successful one, too, for at most 5 workspaces.',
      }),
      githubDeployments,
    ),
  })
  .meta({
    title: 'Meltano Deploy, configuration of a repository',
    description: '.github/meltano-deploy.yml on the default branch. Every key is optional.',
  });

export type RepositoryConfigurationFile = z.output<typeof repositoryConfigurationSchema>;

/** By its path without positions. */
export const SECTIONS: ReadonlyMap<string, Section> = new Map([
  ['', { place: 'at the top of the file', keys: Object.keys(repositoryConfigurationSchema.shape) }],
  ['deploy', { place: 'under "deploy"', keys: Object.keys(deploySection.shape) }],
  ['workspaces', { place: 'to an entry of "workspaces"', keys: Object.keys(workspaceEntry.shape) }],
  ['deploy.retry', { place: 'under "retry"', keys: Object.keys(retry.shape) }],
  ['workspaces.retry', { place: 'under "retry" of a workspace', keys: Object.keys(retry.shape) }],
  ['workspaces.approval', { place: 'under "approval" of a workspace', keys: APPROVAL_KEYS }],
  ['deploy.freeze', { place: 'to an entry of "freeze"', keys: FREEZE_KEYS }],
  ['checks', { place: 'under "checks"', keys: Object.keys(checksSection.shape) }],
  ['workspaces.checks', { place: 'under "checks" of a workspace', keys: Object.keys(workspaceChecks.shape) }],
  ['deploy.wait_for', { place: 'to an entry of "wait_for"', keys: CHECK_KEYS }],
  ['workspaces.wait_for', { place: 'to an entry of "wait_for"', keys: CHECK_KEYS }],
  ['commands', { place: 'under "commands"', keys: Object.keys(commandsSection.shape) }],
  ['comments', { place: 'under "comments"', keys: Object.keys(commentsSection.shape) }],
  ['notify', { place: 'under "notify"', keys: Object.keys(notifySection.shape) }],
]);

/** The settings for all repositories of an account: those of `deploy` and `checks` stand side by side. */
export const ACCOUNT_SETTINGS = {
  ...deploySection.shape,
  ...checksSection.shape,
  approval,
  commands: commandsSection.nullish(),
  comments: commentsSection.nullish(),
  notify: notifySection.nullish(),
  github_deployments: repositoryConfigurationSchema.shape.github_deployments,
};

const EXAMPLE = {
  version: 1,
  deploy: { paths: ['pipelines/**'], paths_ignore: ['**/*.md'] },
  checks: { project: 'block' },
  workspaces: [{ workspace: 'Analytics (prod)', on_push: false, environment: 'production' }],
};

/** The JSON Schema of `.github/meltano-deploy.yml`, for editors: the text of `schema/meltano-deploy.schema.json`. */
export function renderConfigurationSchema(): string {
  const schema = z.toJSONSchema(repositoryConfigurationSchema, { io: 'input', target: 'draft-7' });
  return `${JSON.stringify({ ...schema, examples: [EXAMPLE] }, null, 2)}\n`;
}
