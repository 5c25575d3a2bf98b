import { z } from 'zod';
import type { NotificationType } from '../domain/notification.ts';
import type { AccountProblem } from './account-problem.ts';

const FORMATS = ['json', 'slack', 'teams'] as const;
type Format = (typeof FORMATS)[number];

/** Where an account's notifications go. */
export interface ConfiguredDestination {
  /** A secret in most cases: the addresses of chats contain a token. */
  readonly url: string;
  readonly format: Format;
  readonly on: readonly NotificationType[];
  /** Signs `json`; null for the other formats. */
  readonly secret: string | null;
  /** True if the address may belong to a private network. */
  readonly privateNetwork: boolean;
}

const TYPES = ['failed', 'repaired', 'waiting'] as const satisfies readonly NotificationType[];
const DEFAULT_ON: readonly NotificationType[] = ['failed', 'repaired'];
/** The bounds of the Standard Webhooks specification, in bytes. */
const SHORTEST_KEY = 24;
const LONGEST_KEY = 64;
const SECRET = /^whsec_((?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?)$/;

/** A part of an address that may be a token. Shorter ones are ordinary words. */
const TOKEN = /^[^/\s]{20,}$/;

const ERRORS = {
  url: `must be an https URL without user name and password, or \${NAME} with one`,
  insecure: 'must begin with https://: private_network: true allows http://',
  format: 'must be json, slack or teams',
  on: 'must be a list of failed, repaired and waiting, such as [failed, repaired]',
  secret: `must name a variable with whsec_ and ${SHORTEST_KEY} to ${LONGEST_KEY} bytes in base64, such as the output of: echo "whsec_$(openssl rand -base64 32)"`,
  boolean: 'must be true or false',
  repeated: 'repeats the url and format of an entry above: keep one',
};

interface Resolvers {
  /** A value that must be `${NAME}`. */
  readonly secret: z.ZodType<string>;
  /** A value that may be `${NAME}`. */
  readonly text: z.ZodType<string>;
}

/** The keys of an entry of `notify`. */
export function createDestinationShape({ secret, text }: Resolvers) {
  return {
    url: text.refine(isAddress, { error: ERRORS.url }),
    format: z.enum(FORMATS, { error: ERRORS.format }),
    on: z
      .array(z.enum(TYPES, { error: ERRORS.on }), { error: ERRORS.on })
      .min(1, { error: ERRORS.on })
      .optional(),
    secret: secret.refine(isSecret, { error: ERRORS.secret }).optional(),
    private_network: z
      .enum(['true', 'false'], { error: ERRORS.boolean })
      .transform((value) => value === 'true')
      .optional(),
  };
}

type DestinationEntry = z.infer<z.ZodObject<ReturnType<typeof createDestinationShape>>>;

export function refuseInsecure(
  { url, private_network: isPrivate }: DestinationEntry,
  context: z.RefinementCtx,
): void {
  if (isPrivate || URL.parse(url)?.protocol !== 'http:') return;
  context.addIssue({ code: 'custom', path: ['url'], message: ERRORS.insecure });
}

/** Compares the addresses, which may stand in different variables. */
export function refuseRepeated(entries: readonly DestinationEntry[], context: z.RefinementCtx): void {
  const keys = entries.map(({ url, format }) => `${format} ${URL.parse(url)?.href ?? url}`);
  for (const [index, key] of keys.entries()) {
    if (keys.indexOf(key) === index) continue;
    context.addIssue({ code: 'custom', path: [index], message: ERRORS.repeated });
  }
}

export function toDestination(entry: DestinationEntry): ConfiguredDestination {
  return {
    url: new URL(entry.url).href,
    format: entry.format,
    on: TYPES.filter((type) => (entry.on ?? DEFAULT_ON).includes(type)),
    secret: entry.secret ?? null,
    privateNetwork: entry.private_network ?? false,
  };
}

/** The parts of a destination that the app's output must not contain. */
export function listDestinationSecrets({ url, secret }: ConfiguredDestination): string[] {
  const { pathname, search, searchParams } = new URL(url);
  const parts = [...pathname.split('/'), ...searchParams.values()];
  const address = pathname + search === '/' ? [] : [url, ...parts.filter((part) => TOKEN.test(part))];
  return secret === null ? address : [...address, secret, secret.slice('whsec_'.length)];
}

function isAddress(value: string): boolean {
  const url = URL.parse(value);
  return url !== null && /^https?:$/.test(url.protocol) && url.username === '' && url.password === '';
}

function isSecret(value: string): boolean {
  const encoded = SECRET.exec(value)?.[1];
  if (encoded === undefined) return false;
  const { length } = Buffer.from(encoded, 'base64');
  return length >= SHORTEST_KEY && length <= LONGEST_KEY;
}

/** An entry that may have other problems, as far as the checks below need it. */
const looseEntry = z.record(z.string(), z.unknown());

/** Checks that concern several keys of an entry. Paths begin below the account. */
export function checkDestinations(raw: unknown): AccountProblem[] {
  const entries = z.array(looseEntry.catch({})).catch([]).parse(raw);
  return entries.flatMap((entry, index) => checkSecret(entry, ['notify', index]));
}

function checkSecret(
  { format, secret }: Record<string, unknown>,
  path: readonly PropertyKey[],
): AccountProblem[] {
  if (format === 'json' && secret === undefined) {
    return [{ path, message: `needs a secret, which signs the notifications: add secret: \${NAME}` }];
  }
  if (secret === undefined || format === 'json' || !FORMATS.some((one) => one === format)) return [];
  return [{ path: [...path, 'secret'], part: 'key', message: 'is for format: json only: remove it' }];
}
