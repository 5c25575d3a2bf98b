/** The roles in a repository that a setting can ask for, from the lowest. */
export const ROLES = ['triage', 'write', 'maintain', 'admin'] as const;

export type CommandPermission = (typeof ROLES)[number];
