/** A command in a comment. */
export type Command =
  | RedeployCommand
  | { readonly name: 'withdraw' | 'status' | 'pipelines'; readonly workspaces: readonly string[] }
  | LockCommand
  | { readonly name: 'unlock' | 'approve'; readonly workspace: string | null }
  | { readonly name: 'logs'; readonly workspace: string | null; readonly lines: number }
  | { readonly name: 'why'; readonly target: string | null }
  | VerifyCommand
  | RunCommand
  | { readonly name: 'help' };

interface LockCommand {
  readonly name: 'lock';
  /** A workspace and a reason, or only a reason: the names of the workspaces decide. Never empty. */
  readonly text: string;
}

interface VerifyCommand {
  readonly name: 'verify';
  /** A name or id, as typed; null for all pipelines. */
  readonly pipeline: string | null;
  /** From the option; null without it: the place of the comment decides. */
  readonly workspace: string | null;
}

interface RunCommand {
  readonly name: 'run';
  readonly pipeline: string;
  readonly workspace: string | null;
  /** True with `--yes`. Otherwise the reply says what the run would do. */
  readonly isConfirmed: boolean;
}

export interface RedeployCommand {
  readonly name: 'redeploy';
  /** Names, aliases, ids or beginnings of ids, as typed. If empty, the place of the comment decides. */
  readonly workspaces: readonly string[];
  /** Selects the workspaces that track this branch; null without the option. */
  readonly branch: string | null;
  /** Deploys the workspaces even if something holds them. */
  readonly force: boolean;
}

export type CommandName = Command['name'];

/**
 * What a command does: it acts on Meltano Cloud, it approves deployments, it moves data, it holds deployments for everybody, or it only shows something.
 * In the order of the help text.
 */
export const COMMAND_KINDS = {
  redeploy: 'acts',
  withdraw: 'acts',
  approve: 'approves',
  lock: 'holds',
  unlock: 'holds',
  status: 'shows',
  logs: 'shows',
  why: 'shows',
  pipelines: 'shows',
  verify: 'acts',
  run: 'moves data',
  help: 'shows',
} as const satisfies Readonly<Record<CommandName, 'acts' | 'approves' | 'moves data' | 'holds' | 'shows'>>;

export const COMMAND_NAMES = Object.keys(COMMAND_KINDS) as readonly CommandName[];

/** Pairs of an alias and its command. */
export const COMMAND_ALIASES = [['cancel', 'withdraw']] as const satisfies readonly (readonly [
  string,
  CommandName,
])[];

/** The lines of a log in the reply to `logs`. A comment can hold 65,536 characters. */
export const DEFAULT_LOG_LINES = 100;
export const MAX_LOG_LINES = 1_000;

/** The maximum number of workspaces in one command. */
export const MAX_WORKSPACES = 50;

/** The commands that `commands.pipelines` of the repository's file turns on and off. */
const PIPELINE_COMMANDS: ReadonlySet<CommandName> = new Set(['pipelines', 'verify', 'run']);

export function isAboutPipelines(name: CommandName): boolean {
  return PIPELINE_COMMANDS.has(name);
}

/** Why a command is invalid. `word` is typed by a person: never show it unescaped. */
export type CommandProblem =
  | { readonly code: 'unknown_command'; readonly word: string }
  /** `suggestion` is the option that was probably meant. */
  | { readonly code: 'unknown_flag'; readonly word: string; readonly suggestion?: string }
  | { readonly code: 'unexpected_value'; readonly word: string }
  | { readonly code: 'missing_value'; readonly word: string }
  | { readonly code: 'bad_number'; readonly word: string; readonly minimum: number; readonly maximum: number }
  | { readonly code: 'too_many_arguments'; readonly word: string; readonly maximum: number }
  | { readonly code: 'empty_argument'; readonly word: string }
  /** The words of a name stand on both sides of an option. */
  | { readonly code: 'misplaced_word'; readonly word: string }
  /** The command needs a pipeline. */
  | { readonly code: 'missing_pipeline'; readonly word: '' }
  /** A lock needs a reason. */
  | { readonly code: 'missing_reason'; readonly word: '' }
  /** `word` begins with the quote that is never closed. */
  | { readonly code: 'unbalanced_quote'; readonly word: string };

export type ParsedComment =
  | { readonly kind: 'none' }
  /** Only the first command of a comment counts. `ignored` is the number of further commands. */
  | { readonly kind: 'command'; readonly command: Command; readonly ignored: number }
  /** `command` is absent if the intended command is unknown. */
  | { readonly kind: 'invalid'; readonly command?: CommandName; readonly problem: CommandProblem }
  /** `word` is unescaped. */
  | { readonly kind: 'nearly'; readonly word: string; readonly suggestion: CommandName };
