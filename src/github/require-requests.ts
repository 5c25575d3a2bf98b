/** Throws while few of an installation's requests are left, or GitHub refuses them. `what`: waits for its next try. */
export function requireRequests(mayAsk: boolean, what: string): void {
  if (mayAsk) return;
  throw new Error(`Few requests to GitHub are left, or it refuses them for now: ${what} waits`);
}
