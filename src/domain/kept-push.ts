/** A push as GitHub sent it, for Meltano Cloud's endpoint for repository webhooks. */
export interface KeptPush {
  /** `refs/heads/…`. */
  readonly ref: string;
  /** GitHub's time of the push (epoch milliseconds). An older push doesn't replace a newer one. */
  readonly pushedAt: number;
  /** JSON. */
  readonly payload: string;
}

export interface KeptPushStore {
  /** The payload of the last push to a branch; null if none is stored. */
  findPush(repositoryId: number, branch: string): Promise<string | null>;
}

/** Larger payloads (bytes of JSON) are stored without their lists of commits and files. */
const MAX_WHOLE_BYTES = 256 * 1024;

/** The JSON to store of a push's payload. A payload can have 25 MB, mostly lists that the endpoint doesn't need. */
export function keepPayload(payload: object): string {
  const whole = JSON.stringify(payload);
  if (Buffer.byteLength(whole) <= MAX_WHOLE_BYTES) return whole;
  const { head_commit: head } = payload as { head_commit?: object | null };
  const lists = { added: [], removed: [], modified: [] };
  return JSON.stringify({ ...payload, commits: [], head_commit: head ? { ...head, ...lists } : head });
}
