import { z } from 'zod';
import type { Job } from '../domain/job.ts';
import { normaliseDirectory, type Workspace } from '../domain/workspace.ts';

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const TIMESTAMP = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)?$/;

export function isUuid(text: string): boolean {
  return UUID.test(text);
}

const id = z
  .string()
  .regex(UUID)
  .transform((text) => text.toLowerCase());

/** What is longer is cut: a name in a list of thousands, in the database and in check runs (characters). */
const SHOWN_LENGTH = 200;
/** What is longer can't be meant: GitHub takes no such branch or path (characters). */
const URL_LENGTH = 2_048;
const BRANCH_LENGTH = 1_024;
const DIRECTORY_LENGTH = 4_096;
const SECRET_LENGTH = 1_024;
const TIMESTAMP_LENGTH = 64;

/** For people. Absent, null and blank are all "not set". */
const shownText = z
  .string()
  .nullish()
  .transform((text) => cut(text ?? '') || null);

/** Used as it is: a longer one makes what it belongs to unreadable. Absent, null and blank are all "not set". */
function exactText(longest: number) {
  return z
    .string()
    .max(longest)
    .nullish()
    .transform((text) => text?.trim() || null);
}

/** A cut text is copied: JavaScript's own would keep the whole of it in memory. */
function cut(text: string): string {
  const trimmed = text.trim();
  if (trimmed.length <= SHOWN_LENGTH) return trimmed;
  const start = trimmed.slice(0, SHOWN_LENGTH - 1).replace(/[\uD800-\uDBFF]$/, '');
  return Buffer.from(`${start}…`).toString();
}

/** Without a zone it is UTC. What isn't a timestamp counts as not set: no job is lost over its dates. */
const timestamp = z
  .unknown()
  .optional()
  .transform((value) => {
    const isShort = typeof value === 'string' && value.length <= TIMESTAMP_LENGTH;
    const match = isShort ? TIMESTAMP.exec(value) : null;
    if (!match) return null;
    const at = Date.parse(match[3] === undefined ? `${match[0]}Z` : match[0]);
    return Number.isNaN(at) ? null : at;
  });

/** Only what decides about deployments is read: the answers hold keys and passwords too. */
export const workspaceSchema: z.ZodType<Workspace> = z
  .object({
    id,
    name: shownText,
    alias: shownText,
    repositoryUrl: exactText(URL_LENGTH),
    repositoryBranch: exactText(BRANCH_LENGTH),
    repositoryDirectory: exactText(DIRECTORY_LENGTH),
    defaultEnvironment: shownText,
    created: timestamp,
  })
  .transform((raw) => ({
    id: raw.id,
    name: raw.name ?? raw.alias ?? raw.id,
    alias: raw.alias,
    repositoryUrl: raw.repositoryUrl,
    branch: raw.repositoryBranch,
    directory: normaliseDirectory(raw.repositoryDirectory),
    environment: raw.defaultEnvironment,
    created: raw.created,
  }));

/** Shown to the workspace's owners and administrators only. Read right before it is used, and never stored. */
export const deploymentSecretSchema: z.ZodType<string | null> = z
  .object({ deploymentSecret: exactText(SECRET_LENGTH) })
  .transform((raw) => raw.deploymentSecret);

/** A commit's id, or its beginning; anything else tells nothing of the commit. */
const COMMIT = /^[0-9a-f]{4,64}$/i;
const commitId = z
  .unknown()
  .optional()
  .transform((value) =>
    typeof value === 'string' && COMMIT.test(value.trim()) ? value.trim().toLowerCase() : null,
  );

export const jobSchema: z.ZodType<Job> = z
  .object({
    id,
    type: shownText,
    status: z.string().transform(cut).pipe(z.string().min(1)),
    created: timestamp,
    commitId,
    startTime: timestamp,
    endTime: timestamp,
  })
  .transform(({ type, ...job }) => ({ ...job, type: type ?? '' }));

export interface CollectionPage {
  readonly items: readonly unknown[];
  /** Null when the answer doesn't say. */
  readonly totalPages: number | null;
  readonly hasNext: boolean;
}

/** One page of a HAL collection; an empty one has no `_embedded`, but it says that it is a page. */
export function pageSchema(rel: 'workspaces' | 'jobs'): z.ZodType<CollectionPage> {
  return z
    .object({
      _embedded: z.object({ [rel]: z.array(z.unknown()) }).nullish(),
      _links: z.object({ next: z.unknown().optional() }).nullish(),
      page: z.object({ totalPages: z.number().int().nonnegative().nullish() }).nullish(),
    })
    .refine((raw) => raw._embedded || raw.page, 'neither _embedded nor page')
    .transform((raw) => ({
      items: raw._embedded?.[rel] ?? [],
      totalPages: raw.page?.totalPages ?? null,
      hasNext: raw._links?.next !== undefined && raw._links.next !== null,
    }));
}
