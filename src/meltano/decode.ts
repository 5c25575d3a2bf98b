import { z } from 'zod';
import type { Job } from '../domain/job.ts';
import type { Pipeline } from '../domain/pipeline.ts';
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

/** Longer names are truncated (characters). */
const SHOWN_LENGTH = 200;
/** GitHub accepts no longer URLs, branches and paths (characters). */
const URL_LENGTH = 2_048;
const BRANCH_LENGTH = 1_024;
const DIRECTORY_LENGTH = 4_096;
const SECRET_LENGTH = 1_024;
const TIMESTAMP_LENGTH = 64;
/** Of a list of names, such as a pipeline's components. */
const MAX_NAMES = 200;

/** Text for display. Null if absent or blank. */
const shownText = z
  .string()
  .nullish()
  .transform((text) => cut(text ?? '') || null);

/** Text that must not be truncated: a longer one is invalid. Null if absent or blank. */
function exactText(longest: number) {
  return z
    .string()
    .max(longest)
    .nullish()
    .transform((text) => text?.trim() || null);
}

/** Copies a truncated text: a JavaScript slice would keep the whole text in memory. */
function cut(text: string): string {
  const trimmed = text.trim();
  if (trimmed.length <= SHOWN_LENGTH) return trimmed;
  const start = trimmed.slice(0, SHOWN_LENGTH - 1).replace(/[\uD800-\uDBFF]$/, '');
  return Buffer.from(`${start}…`).toString();
}

/** UTC without a zone. Null for anything else: a bad date must not make a job unreadable. */
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

/** Decodes only the fields that the app needs: the responses also contain keys and passwords. */
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

/** Visible to the workspace's owners and administrators only. Read right before use and never stored. */
export const deploymentSecretSchema: z.ZodType<string | null> = z
  .object({ deploymentSecret: exactText(SECRET_LENGTH) })
  .transform((raw) => raw.deploymentSecret);

/** A full or abbreviated commit id. Anything else is null. */
const COMMIT = /^[0-9a-f]{4,64}$/i;
const commitId = z
  .unknown()
  .optional()
  .transform((value) =>
    typeof value === 'string' && COMMIT.test(value.trim()) ? value.trim().toLowerCase() : null,
  );

/** A whole number. Anything else is null. */
const count = z.number().int().nonnegative().nullable().catch(null);

export const jobSchema: z.ZodType<Job> = z
  .object({
    id,
    type: shownText,
    status: z.string().transform(cut).pipe(z.string().min(1)),
    created: timestamp,
    commitId,
    startTime: timestamp,
    endTime: timestamp,
    attempt: count,
    maxAttempts: count,
    triggeredBy: shownText.catch(null),
  })
  .transform(({ type, ...job }) => {
    const { created, startTime, endTime } = job;
    return { ...job, type: type ?? '', serviceTimes: { created, startTime, endTime } };
  });

/** Names of a list. One text stands for a list of one. Anything else is left out. */
const names = z
  .unknown()
  .optional()
  .transform((value) =>
    (Array.isArray(value) ? value : [value])
      .slice(0, MAX_NAMES)
      .filter((one) => typeof one === 'string')
      .map(cut)
      .filter((one) => one !== ''),
  );

/**
 * Decodes only the fields that the app needs: `properties`, `script` and `actions` may hold secrets. A mistake in one field
 * must not hide a pipeline that failed.
 */
export const pipelineSchema: z.ZodType<Pipeline> = z
  .object({
    id,
    status: shownText.catch(null),
    name: shownText.catch(null),
    label: shownText.catch(null),
    schedule: shownText.catch(null),
    triggeredBy: names,
    dataComponents: names,
    repositoryPath: exactText(DIRECTORY_LENGTH).catch(null),
    lastModified: timestamp,
  })
  .transform(({ name, ...raw }) => ({
    ...raw,
    status: raw.status ?? 'without status',
    name: name ?? raw.label ?? nameFile(raw.repositoryPath) ?? raw.id,
  }));

/** The name of a file without its folder and ending. */
function nameFile(path: string | null): string | null {
  const file = path?.split('/').at(-1) ?? '';
  return cut(file.replace(/\.ya?ml$/i, '')) || null;
}

export interface CollectionPage {
  readonly items: readonly unknown[];
  /** Null if the response doesn't contain it. */
  readonly totalPages: number | null;
  readonly totalElements: number | null;
  readonly hasNext: boolean;
}

export type CollectionRel = 'workspaces' | 'jobs' | 'pipelines';

/** One page of a HAL collection. An empty page has `page` but no `_embedded`. */
export function pageSchema(rel: CollectionRel): z.ZodType<CollectionPage> {
  return z
    .object({
      _embedded: z.object({ [rel]: z.array(z.unknown()) }).nullish(),
      _links: z.object({ next: z.unknown().optional() }).nullish(),
      page: z.object({ totalPages: count, totalElements: count }).nullish(),
    })
    .refine((raw) => raw._embedded || raw.page, 'neither _embedded nor page')
    .transform((raw) => ({
      items: raw._embedded?.[rel] ?? [],
      totalPages: raw.page?.totalPages ?? null,
      totalElements: raw.page?.totalElements ?? null,
      hasNext: raw._links?.next !== undefined && raw._links.next !== null,
    }));
}
