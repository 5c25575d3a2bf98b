/** A command in a comment, and the result of parsing it. Pure data. */
export type Command =
  | RedeployCommand
  | { readonly name: 'withdraw' | 'status'; readonly workspaces: readonly string[] }
  | { readonly name: 'logs'; readonly workspace: string | null; readonly lines: number }
  | { readonly name: 'why'; readonly target: string | null }
  | { readonly name: 'help' };

interface RedeployCommand {
  readonly name: 'redeploy';
  /** As typed: a name, an alias, an id or the beginning of one; empty: the place of the comment decides. */
  readonly workspaces: readonly string[];
  /** Only the workspaces that track this branch; null: not asked for. */
  readonly branch: string | null;
}

export type CommandName = Command['name'];

/** In the order in which help lists them. */
export const COMMAND_NAMES = [
  'redeploy',
  'withdraw',
  'status',
  'logs',
  'why',
  'help',
] as const satisfies readonly CommandName[];

/** Other words for a command. */
export const COMMAND_ALIASES = [['cancel', 'withdraw']] as const satisfies readonly (readonly [
  string,
  CommandName,
])[];

/** The lines of a log that `logs` shows: unless asked for, and at the most (a comment holds 65,536 characters). */
export const DEFAULT_LOG_LINES = 100;
export const MAX_LOG_LINES = 1_000;

/** The workspaces that one command may name. */
export const MAX_WORKSPACES = 50;

/** Why a line that is meant as a command can't be one. `word` is what the person typed: never show it unescaped. */
export type CommandProblem =
  | { readonly code: 'unknown_command'; readonly word: string }
  | { readonly code: 'unknown_flag'; readonly word: string }
  | { readonly code: 'missing_value'; readonly word: string }
  | { readonly code: 'bad_number'; readonly word: string; readonly minimum: number; readonly maximum: number }
  | { readonly code: 'too_many_arguments'; readonly word: string; readonly maximum: number }
  | { readonly code: 'empty_argument'; readonly word: string }
  /** `word` is what follows the quote that is never closed, with the quote. */
  | { readonly code: 'unbalanced_quote'; readonly word: string };

export type ParsedComment =
  | { readonly kind: 'none' }
  /** `ignored`: how many more commands the comment holds; only the first counts. */
  | { readonly kind: 'command'; readonly command: Command; readonly ignored: number }
  /** `command` is absent when it isn't known which one was meant. */
  | { readonly kind: 'invalid'; readonly command?: CommandName; readonly problem: CommandProblem }
  /** `word` as typed, unescaped. */
  | { readonly kind: 'nearly'; readonly word: string; readonly suggestion: CommandName };
