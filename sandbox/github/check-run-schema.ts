import { z } from 'zod';
import { invalidRequest } from './api-error.ts';

const STATUSES = ['queued', 'in_progress', 'completed'] as const;
/** Only GitHub sets `stale`. */
const CONCLUSIONS = [
  'success',
  'failure',
  'neutral',
  'cancelled',
  'timed_out',
  'action_required',
  'skipped',
] as const;
const MAX_TEXT = 65_535;
const MAX_ANNOTATIONS = 50;
const MAX_ACTIONS = 3;

/** GitHub counts characters, not UTF-16 units. */
const text = (max: number) =>
  z.string().refine((value) => [...value].length <= max, {
    error: ({ input }) => `Only ${max} characters are allowed; ${[...String(input)].length} were supplied.`,
  });

const time = z
  .string()
  .refine((value) => /^\d{4}-\d\d-\d\dT\d\d:\d\d/.test(value) && !Number.isNaN(Date.parse(value)), {
    error: ({ input }) => `${JSON.stringify(input)} is not a date-time.`,
  });

const annotation = z.object({
  path: z.string().min(1),
  start_line: z.int().min(1),
  end_line: z.int().min(1),
  start_column: z.int().min(1).optional(),
  end_column: z.int().min(1).optional(),
  annotation_level: z.enum(['notice', 'warning', 'failure']),
  message: text(MAX_TEXT),
  title: text(255).optional(),
  raw_details: text(MAX_TEXT).optional(),
});

const image = z.object({ alt: z.string(), image_url: z.string(), caption: z.string().optional() });

const action = z.object({ label: text(20), description: text(40), identifier: text(20) });

const output = z.object({
  title: z.string(),
  summary: text(MAX_TEXT),
  text: text(MAX_TEXT).optional(),
  annotations: z.array(annotation).max(MAX_ANNOTATIONS).optional(),
  images: z.array(image).optional(),
});

const shared = {
  details_url: z.string().optional(),
  external_id: z.string().optional(),
  status: z.enum(STATUSES).optional(),
  started_at: time.optional(),
  conclusion: z.enum(CONCLUSIONS).optional(),
  completed_at: time.optional(),
  actions: z.array(action).max(MAX_ACTIONS).optional(),
};

const createSchema = z.object({
  ...shared,
  name: z.string(),
  head_sha: z.string(),
  output: output.optional(),
});

const updateSchema = z.object({
  ...shared,
  name: z.string().optional(),
  output: output.partial({ title: true }).optional(),
});

export type CheckRunCreate = z.infer<typeof createSchema>;
export type CheckRunUpdate = z.infer<typeof updateSchema>;

/** Throws GitHub's 422 with all problems. */
export function decodeCheckRunCreate(body: Record<string, unknown>): CheckRunCreate {
  return decode(createSchema, body);
}

export function decodeCheckRunUpdate(body: Record<string, unknown>): CheckRunUpdate {
  return decode(updateSchema, body);
}

/** The unknown top-level fields, which GitHub ignores. */
export function unknownFields(kind: 'create' | 'update', body: Record<string, unknown>): string[] {
  const { shape } = kind === 'create' ? createSchema : updateSchema;
  return Object.keys(body).filter((key) => !(key in shape));
}

function decode<T>(schema: z.ZodType<T>, body: Record<string, unknown>): T {
  const result = schema.safeParse(body, { reportInput: true });
  if (result.success) return result.data;
  throw invalidRequest(result.error.issues.map(describeIssue));
}

/** The message of GitHub. */
function describeIssue(issue: z.core.$ZodIssue): string {
  const { input } = issue;
  const field = issue.path.at(-1) ?? '';
  if (issue.code === 'invalid_type' || issue.code === 'invalid_value') {
    if (input === undefined) return `${JSON.stringify(String(field))} wasn't supplied.`;
  }
  switch (issue.code) {
    case 'invalid_type': {
      const path = `properties/${issue.path.join('/')}`;
      const kind = /^[aeiou]/.test(issue.expected) ? `an ${issue.expected}` : `a ${issue.expected}`;
      return `For '${path}', ${input === null ? 'nil' : JSON.stringify(input)} is not ${kind}.`;
    }
    case 'invalid_value':
      return `${input === null ? '' : String(input)} is not a member of ${JSON.stringify(issue.values)}.`;
    case 'too_big':
      if (Array.isArray(input))
        return `No more than ${issue.maximum} items are allowed; ${input.length} were supplied.`;
      return issue.message;
    default:
      return issue.message;
  }
}
