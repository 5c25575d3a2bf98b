/** The (event, action) pairs that the app stores and acts on; everything else is answered and dropped. */
const ACTED_ON = new Set([
  'push',
  'repository.renamed',
  'repository.transferred',
  'repository.publicized',
  'repository.privatized',
  'issue_comment.created',
  'commit_comment.created',
  'check_run.requested_action',
  'check_run.rerequested',
  'check_suite.rerequested',
  'pull_request.opened',
  'pull_request.synchronize',
  'pull_request.reopened',
  'pull_request.ready_for_review',
]);

export function isActedOn(event: string, action: string | null): boolean {
  return ACTED_ON.has(action === null ? event : `${event}.${action}`);
}

/** The names of those events. */
export function listActedOnEvents(): string[] {
  return [...new Set([...ACTED_ON].map((one) => one.split('.', 1)[0] ?? one))];
}
