/** What is noted beside deliveries and deployments, and removed when it is old. */
export type NoteKind =
  | 'redelivery'
  | 'command'
  | 'configuration_run'
  | 'failure_comment'
  | 'github_deployment'
  | 'forgotten_press'
  | 'push_payload';
