/** A push as GitHub sent it: Meltano Cloud's endpoint for repository webhooks wants it again. */
export interface KeptPush {
  /** `refs/heads/…`. */
  readonly ref: string;
  /** GitHub's time of the push (epoch milliseconds): an older one doesn't replace a newer one. */
  readonly pushedAt: number;
  /** JSON. */
  readonly payload: string;
}

export interface KeptPushStore {
  /** The payload of the last push to a branch; null when none is kept. */
  findPush(repositoryId: number, branch: string): Promise<string | null>;
}

/** Payloads that are larger (bytes of JSON) lose their lists, which can have 25 MB: a branch's head needs no list. */
const LARGEST = 256 * 1024;

/** What is kept of a push's payload: all of it where it is of a usual size. */
export function keepPayload(payload: object): string {
  const whole = JSON.stringify(payload);
  if (Buffer.byteLength(whole) <= LARGEST) return whole;
  const { head_commit: head } = payload as { head_commit?: object | null };
  const lists = { added: [], removed: [], modified: [] };
  return JSON.stringify({ ...payload, commits: [], head_commit: head ? { ...head, ...lists } : head });
}
