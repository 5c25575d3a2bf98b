import { z } from 'zod';
import { ACCEPTED_CONCLUSIONS } from '../domain/wanted-check.ts';

/** All check runs of this app begin so. */
const OWN_NAME = /^\s*meltano deploy([\W]|$)/i;

const checkName = z
  .string()
  .max(255)
  .regex(/\S/, { error: 'must not be blank', abort: true })
  .refine((name) => !OWN_NAME.test(name), {
    error: 'is a check of this app itself, which a deployment cannot wait for',
  });

export const waitFor = z
  .array(
    z.union([
      checkName,
      z.strictObject({
        name: checkName.meta({ description: "The check's name. * stands for any characters." }),
        app: z
          .string()
          .max(100)
          .regex(/^[a-z\d][a-z\d-]*$/i, {
            error: 'must be the slug of a GitHub App, such as "github-actions"',
          })
          .optional()
          .meta({ description: 'The slug of the App that must have made it. Default: any App.' }),
        accept: z
          .array(z.enum(ACCEPTED_CONCLUSIONS))
          .default([])
          .meta({ description: 'Conclusions that count as success does.' }),
      }),
    ]),
  )
  .max(20)
  .meta({
    description:
      "Checks of other Apps that have to pass on a commit before it is deployed, as the commit's list of checks names them; for GitHub Actions the job's name. * stands for any characters. An empty list: none.",
    examples: [['test', { name: 'ci / *', app: 'github-actions', accept: ['skipped'] }]],
  });

export const waitForTimeout = z.int().min(1).max(10_080).meta({
  description:
    'How many minutes a deployment waits for these checks, 1 to 10080. Then it ends as action_required, with a button.',
});

/** The keys of an entry that isn't only a name. */
export const CHECK_KEYS = ['name', 'app', 'accept'];

export const after = z
  .array(z.string().max(255).regex(/\S/, { error: 'must not be blank' }))
  .max(20)
  .meta({
    description:
      'Workspaces of the same branch that have to deploy a commit successfully before this one is deployed, named as under workspace. They may take wait_for_timeout.',
    examples: [['Analytics (staging)']],
  });
