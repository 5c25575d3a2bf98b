/**
 * The reasons for each decision and result. Codes are stored and logged, so their meaning never changes. The texts for
 * people are in `reporting/render`.
 */
export const REASON_CODES = {
  // Planned: this workspace is deployed.
  push: 'a push to the branch that the workspace tracks',
  found_by_sweep: 'the sweep of branch heads found the push, which had no delivery',

  command: 'a person requested it in a comment',
  button: 'a person pressed Redeploy on a check run',
  gate_opened: 'a gate opened that had ended the deployment before it',
  rerun: 'a person asked GitHub to re-run a check run or its suite',

  // Planned, and waiting at a gate.
  project_pending: 'the commit is not checked by the project check yet',
  checks_pending: 'checks of the commit that wait_for names have not passed yet',
  order_pending: 'a workspace that has to be deployed before has not deployed the commit yet',
  github_unread: 'GitHub does not show the checks of the commit, or the head of the branch',
  locked: 'a person locked the workspace',
  frozen: 'a freeze of the configuration holds now',

  // Planned: this workspace is not deployed (no check run).
  branch_not_tracked: 'the workspace tracks another branch',
  paths_unchanged: "nothing in the workspace's directory changed",

  // Concluded without a job.
  nothing_changed: 'the deployment before it left the same files on Meltano Cloud',
  superseded: 'a newer deployment of the workspace replaced it before it started',
  overtaken_while_away: 'the delivery was missed, and the branch had moved on when it was redelivered',
  project_error:
    'the project check found an error in the section of the workspace, and checks.project is block',
  order_failed: 'a workspace that has to be deployed before did not deploy the commit',
  order_missing: 'a workspace that has to be deployed before took longer than wait_for_timeout',
  checks_failed: 'a check that wait_for names failed on the commit',
  checks_missing: 'checks that wait_for names did not pass within wait_for_timeout',
  approval_needed: 'the configuration wants a person to approve the deployment',
  approval_expired: 'nobody approved the deployment within 7 days',
  held_too_long: 'the deployment waited for 7 days at a gate',
  loop_brake: 'too many deployments from the pushes of one bot',
  no_longer_tracked: 'the workspace stopped tracking this repository or branch before the start',
  start_refused: 'Meltano Cloud refused the start',
  secret_refused: "Meltano Cloud refused the start: the deployment secret isn't the workspace's",
  start_timeout: 'the start did not succeed within START_TIMEOUT_MINUTES',
  start_impossible: 'the stored push or the deployment secret, which the start needs, is missing',
  withdrawn: 'a person withdrew it',
  start_unreadable: "Meltano Cloud's answer to the start could not be read, and no job was found",

  // Concluded with a job.
  job_complete: 'the job ended as COMPLETE',
  pipelines_failed: 'the job ended as COMPLETE, but pipelines of the workspace failed',
  verification_failed: 'the job ended as COMPLETE, but pipelines failed their verification',
  job_error: 'the job ended as ERROR',
  job_stopped: 'the job ended as STOPPED',
  job_deleted: 'the job was deleted',
  watch_timeout: 'the job was watched until DEPLOY_TIMEOUT_MINUTES had passed',
  watch_refused: 'Meltano Cloud refused to show the job',

  // Concluded before the database began.
  read_from_check_run: 'the database with the result is lost: the check run shows the result',

  // A delivery that leads to no deployment row at all.
  not_a_branch: 'the push is not to a branch',
  branch_deleted: 'the push deletes the branch',
  account_not_allowed: 'ALLOWED_ACCOUNTS does not name the account',
  login_taken:
    "the account's login belonged to another account before, so that account's configuration does not apply",
  account_not_served: 'there are no Meltano Cloud credentials for the account',
  replayed: 'the event was already handled long ago, as another delivery',
  no_installation: 'the delivery names no installation of the App, and none is known of the repository',
  no_workspace: 'no workspace uses the repository',
  found_before: 'the sweep of branch heads had found this push already',
  command_refused: 'the command or the re-run was refused',
  commands_off: 'the configuration of the repository has commands.enabled: false',
  no_command: 'the comment contains no command',
  bot_comment: 'the comment is from a bot',
  repeated: 'the same person requested the same a moment before',
  foreign_check_run: 'the check run is not one of this app',
  configuration_checked: 'the pull request changes the configuration file: a check run says what it would do',
  configuration_rerun: 'a re-run of the check run about the configuration file: it is written once more',
  configuration_unchanged: 'the pull request leaves the configuration file alone',
  base_unchanged: 'the edit of the pull request leaves its base as it is',
  configuration_held:
    'the configuration file of the repository is invalid, and no file was ever valid: pushes are held',
  name_taken:
    'the repository has a name that belonged to another one: workspaces with that name are not deployed from it',
  repositories_added:
    'the App was installed, or got more repositories: they get a check run with their workspaces',
  repository_updated: 'the repository was renamed, transferred or changed its visibility',

  // The repository's configuration refuses a push to a tracked branch: a `skipped` check run, or none.
  skip_token: "the head commit's message contains a skip token",
  push_off: 'on_push is false for the workspace',
  ignored_sender: 'ignore_senders lists the sender of the push',
  paths_unmatched: 'nothing that changed passes the path filters of the workspace',
} as const;

export type ReasonCode = keyof typeof REASON_CODES;
