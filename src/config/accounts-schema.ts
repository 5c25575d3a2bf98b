import { z } from 'zod';
import { POLICY_SECTIONS, policyShape } from './account-policy-schema.ts';
import { INSECURE_ERROR, isInsecure, TOKEN, TOKEN_ERROR } from './meltano-credentials.ts';
import { createDestinationShape, refuseInsecure, refuseRepeated } from './notify-schema.ts';
import { describeInvisible } from './read-values.ts';
import type { Section } from './suggest-name.ts';

/** The environment variables that `${NAME}` may refer to. */
export type Variables = Readonly<Record<string, string | undefined>>;

/** The accounts file refers to secrets by the names of environment variables. */
const REFERENCE = /^\$\{([A-Za-z_][A-Za-z0-9_]*)\}$/;
/** GitHub's logins; those of managed users have an underscore. */
const LOGIN = /^[a-z0-9][a-z0-9_-]{0,99}$/i;
const FULL_NAME = /^[a-z0-9][a-z0-9_-]{0,99}\/[a-z0-9._-]{1,100}$/i;
/** Roughly what git allows in a branch name. `refs/heads/` in front is a common mistake. */
const BRANCH = /^(?!refs\/)(?!\/)[^\s~^:?*[\\]+$/;

/** The messages never quote the value, which may be a secret in the wrong place. */
const ERRORS = {
  reference: `must be \${NAME}, the name of an environment variable: secrets don't belong in this file. Put the secret into a variable and name it here`,
  text: 'must be text that is not empty',
  url: 'must be an http or https URL without user name and password',
  plain: `must be written out: \${NAME} is for secrets and client_id only`,
  trigger: 'must be api or webhook',
  boolean: 'must be true or false',
  workspace: "must be a workspace's id, such as 71c0ef56-7f7e-47c1-9700-2d7e2eb5a04e",
  list: 'must be a list: begin each entry with "- "',
  repository: 'must be owner/name, without https:// and .git',
  branch: "must be a branch's name, without refs/heads/",
  directory: 'must be a directory inside the repository, such as pipelines/daily',
  login: 'must be a GitHub login',
  id: 'must be the number of the GitHub account: see https://api.github.com/users/LOGIN',
  file: 'must begin with accounts: and name GitHub accounts below it',
  keys: 'must be keys with values, indented by more than the key above them',
};

const text = z.string({ error: ERRORS.text }).trim().min(1, { error: ERRORS.text });
/** Refuses `${NAME}` where it isn't resolved. */
const plain = (value: string) => !value.includes('${');
const url = z
  .url({ protocol: /^https?$/, error: ERRORS.url })
  .refine((value) => !/\/\/[^/]*@/.test(value), { error: ERRORS.url })
  .refine(plain, { error: ERRORS.plain })
  .transform((value) => value.replace(/\/+$/, ''));
const workspaceId = z
  .string({ error: ERRORS.workspace })
  .regex(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i, { error: ERRORS.workspace })
  .transform((value) => value.toLowerCase());
const trigger = z.enum(['api', 'webhook'], { error: ERRORS.trigger }).optional();

/** A key without a value counts as absent, so that all entries of a list can be commented out. */
function listOf<T>(entry: z.ZodType<T>) {
  return z.preprocess(
    (value) => (value === '' ? undefined : value),
    z.array(entry, { error: ERRORS.list }).default([]),
  );
}

/** GitHub's id of an account. */
const accountIdSchema = z
  .string({ error: ERRORS.id })
  .regex(/^[1-9][0-9]{0,14}$/, { error: ERRORS.id })
  .transform(Number);

interface SchemaOptions {
  readonly allowInsecure: boolean;
}

/** The schema of one account. Replaces `${NAME}` by the value of the variable. */
export function createAccountSchema(env: Variables, options: SchemaOptions) {
  const { account, mapping, destination } = createShapes(env, options);
  const mappings = listOf(z.strictObject(mapping, { error: explainKeys }));
  const entry = z.strictObject(destination, { error: explainKeys }).superRefine(refuseInsecure);
  const notify = listOf(entry).superRefine(refuseRepeated);
  return z.strictObject({ ...account, mappings, notify }, { error: explainKeys });
}

function createShapes(env: Variables, { allowInsecure }: SchemaOptions) {
  const address = url.refine((value) => allowInsecure || !isInsecure(value), { error: INSECURE_ERROR });
  const secret = z
    .string({ error: ERRORS.reference })
    .transform((value, context) => resolveReference(value, env, context));
  /** Not always a secret, so the file may hold it. */
  const resolvable = text.transform((value, context) =>
    plain(value) ? value : resolveReference(value, env, context),
  );
  const start = { trigger, deployment_secret: secret.optional() };
  const account = {
    id: accountIdSchema.optional(),
    api_url: address.optional(),
    token: secret.refine((value) => TOKEN.test(value), { error: TOKEN_ERROR }).optional(),
    client_id: resolvable.optional(),
    client_secret: secret.optional(),
    auth_url: address.optional(),
    audience: text.refine(plain, { error: ERRORS.plain }).optional(),
    allowed_workspaces: listOf(workspaceId),
    adopt_jobs: z
      .enum(['true', 'false'], { error: ERRORS.boolean })
      .transform((value) => value === 'true')
      .optional(),
    hello: z.enum(['on', 'off'], { error: 'must be on or off' }).optional(),
    ...policyShape,
    ...start,
  };
  const mapping = {
    repository: z.string({ error: ERRORS.repository }).regex(FULL_NAME, { error: ERRORS.repository }),
    branch: z.string({ error: ERRORS.branch }).regex(BRANCH, { error: ERRORS.branch }).optional(),
    directory: text
      .refine((value) => !value.split('/').includes('..'), { error: ERRORS.directory })
      .optional(),
    workspace: workspaceId,
    ...start,
  };
  return { account, mapping, destination: createDestinationShape({ secret, text: resolvable }) };
}

function resolveReference(value: string, env: Variables, context: z.RefinementCtx): string {
  const name = REFERENCE.exec(value)?.[1];
  const found = name === undefined ? undefined : env[name]?.trim();
  const invisible = found ? describeInvisible(found) : null;
  if (found && !invisible) return found;
  if (invisible) {
    context.addIssue({
      code: 'custom',
      message: `names the environment variable ${name}, which ${invisible}`,
    });
    return z.NEVER;
  }
  const unset = `names the environment variable ${name}, which is not set: set it, or correct the name`;
  context.addIssue({ code: 'custom', message: name === undefined ? ERRORS.reference : unset });
  return z.NEVER;
}

const accountsSchema = z
  .record(z.string(), z.unknown(), { error: ERRORS.keys })
  .refine((accounts) => Object.keys(accounts).length > 0, { error: 'must name at least one account' });

export const fileSchema = z.strictObject(
  { accounts: accountsSchema },
  { error: (issue) => (issue.code === 'unrecognized_keys' ? undefined : ERRORS.file) },
);

/** Reads the accounts of a file that may have other problems. */
export const looseFileSchema = z.object({ accounts: accountsSchema }).catch({ accounts: {} });

export const loginSchema = z
  .string()
  .regex(LOGIN, { error: ERRORS.login })
  .transform((value) => value.toLowerCase());

const SHAPES = createShapes({}, { allowInsecure: false });

/** By their path without logins and positions. */
export const SECTIONS: ReadonlyMap<string, Section> = new Map([
  ['', { place: 'at the top of the file', keys: ['accounts'] }],
  ['accounts', { place: 'to an account', keys: [...Object.keys(SHAPES.account), 'mappings', 'notify'] }],
  ['accounts.mappings', { place: 'to an entry of "mappings"', keys: Object.keys(SHAPES.mapping) }],
  ['accounts.notify', { place: 'to an entry of "notify"', keys: Object.keys(SHAPES.destination) }],
  ...POLICY_SECTIONS.map(([path, section]) => [`accounts.${path}`, section] as const),
]);

export type AccountEntry = z.infer<ReturnType<typeof createAccountSchema>>;

/** Unknown keys have their own message. Any other issue means that the value isn't a map. */
function explainKeys(issue: { code?: string | undefined }): string | undefined {
  return issue.code === 'unrecognized_keys' ? undefined : ERRORS.keys;
}
