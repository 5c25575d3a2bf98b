import type { CheckRunFields } from './check-run-view.ts';

const TITLE = 'Duplicate of check run';

/** True if the title says that the check run is a duplicate. */
export function isDuplicate(title: string | null): boolean {
  return title?.startsWith(TITLE) ?? false;
}

/** Concludes the older of two check runs for one deployment. GitHub counts the newest run of a name. */
export function renderDuplicate(
  { name, head_sha, external_id, details_url, started_at }: CheckRunFields,
  newer: { readonly id: number; readonly url: string | null },
): CheckRunFields {
  const link = newer.url === null ? `check run ${newer.id}` : `[check run ${newer.id}](${newer.url})`;
  return {
    name,
    head_sha,
    external_id,
    details_url: newer.url ?? details_url,
    status: 'completed',
    started_at,
    conclusion: 'neutral',
    output: {
      title: `${TITLE} ${newer.id}`,
      summary: `GitHub did not answer when this check run was created, so it was created again. See ${link}.`,
    },
  };
}
