/** A commit of a push that Meltano Cloud made, not a person. */
export interface CloudCommit {
  readonly sha: string;
  /** The files that it changed or removed. */
  readonly paths: readonly string[];
}

/** Who made a commit, and why. */
export interface CommitSigns {
  readonly committerName: string;
  readonly message: string;
}

const SUBJECTS = new Set([
  'Change pipelines',
  'Add plugins',
  'Update workspace',
  'Change datastores',
  'Change notebooks',
  'Add dbt transform files',
  'A warm welcome to your new workspace',
]);
const SUBJECT_WITH_NAME = /^(?:Add ELT script for extractor|Update) `[^`]+`$/;

/** Requires both signs: people also have e-mail addresses as names, and may use the same subjects. */
export function isByMeltanoCloud({ committerName, message }: CommitSigns): boolean {
  const isAddress = /^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(committerName.trim());
  const subject = (message.split('\n', 1)[0] ?? '').trim();
  return isAddress && (SUBJECTS.has(subject) || SUBJECT_WITH_NAME.test(subject));
}
