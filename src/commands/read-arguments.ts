import { parseArgs } from 'node:util';
import { distance } from 'fastest-levenshtein';
import {
  type Command,
  type CommandName,
  type CommandProblem,
  DEFAULT_LOG_LINES,
  MAX_LOG_LINES,
  MAX_WORKSPACES,
} from '../domain/command.ts';

export type ReadArguments =
  | { readonly command: Command }
  | { readonly command: null; readonly problem: CommandProblem };

/** The commands whose arguments are words. */
type WordsName = Exclude<CommandName, 'lock'>;

/** The flags of a command, with or without a value, and the number of its other arguments. */
interface Signature {
  readonly flags: Readonly<Record<string, 'string' | 'boolean'>>;
  readonly maxWords: number;
  /** The other words form one name, which needs no quotes. */
  readonly isOneName?: boolean;
}

const SIGNATURES: Readonly<Record<WordsName, Signature>> = {
  redeploy: { flags: { branch: 'string', force: 'boolean' }, maxWords: MAX_WORKSPACES },
  withdraw: { flags: {}, maxWords: MAX_WORKSPACES },
  approve: { flags: {}, maxWords: MAX_WORKSPACES, isOneName: true },
  unlock: { flags: {}, maxWords: MAX_WORKSPACES, isOneName: true },
  status: { flags: {}, maxWords: MAX_WORKSPACES },
  logs: { flags: { lines: 'string' }, maxWords: 1 },
  why: { flags: {}, maxWords: 1 },
  pipelines: { flags: {}, maxWords: MAX_WORKSPACES },
  verify: { flags: { workspace: 'string' }, maxWords: MAX_WORKSPACES, isOneName: true },
  run: { flags: { workspace: 'string', yes: 'boolean' }, maxWords: MAX_WORKSPACES, isOneName: true },
  help: { flags: {}, maxWords: 0 },
};

/** More than any command takes, flags included. `parseArgs` is slow for thousands of words. */
const MAX_WORDS = MAX_WORKSPACES + 10;

/** True if the words of the command form one name, which needs no quotes. */
export function takesOneName(name: WordsName): boolean {
  return SIGNATURES[name].isOneName ?? false;
}

/** Reads the words after a command's name. `--help` asks for help with every command. */
export function readArguments(name: WordsName, words: readonly string[]): ReadArguments {
  const excess = words[MAX_WORDS];
  if (excess !== undefined) {
    return { command: null, problem: { code: 'too_many_arguments', word: excess, maximum: MAX_WORDS } };
  }
  const signature = SIGNATURES[name];
  const tokens = tokenize(signature, words);
  const asksForHelp = tokens.some((token) => token.kind === 'option' && /^h(elp)?$/.test(token.name));
  // `help redeploy` is a request for help, not a mistake.
  if (name === 'help' || asksForHelp) return { command: { name: 'help' } };
  const values = new Map<string, string>();
  const others: string[] = [];
  let isNameOver = false;
  for (const token of tokens) {
    if (token.kind === 'option') {
      const problem = judgeFlag(token, signature.flags);
      if (problem) return { command: null, problem };
      values.set(token.name, token.value ?? '');
      isNameOver = others.length > 0;
    } else if (token.kind === 'positional') {
      if (isNameOver && signature.isOneName)
        return { command: null, problem: { code: 'misplaced_word', word: token.value } };
      others.push(token.value);
    }
  }
  const problem = judgeWords(others, signature.maxWords);
  return problem ? { command: null, problem } : buildCommand(name, others, values);
}

/**
 * Tokens instead of `strict`, which throws a sentence: they show which word is wrong. The checks below are as strict.
 */
function tokenize({ flags }: Signature, words: readonly string[]) {
  const options = Object.fromEntries(Object.entries(flags).map(([flag, type]) => [flag, { type }]));
  const { tokens } = parseArgs({
    args: [...words],
    options,
    strict: false,
    allowPositionals: true,
    tokens: true,
  });
  return tokens;
}

interface Flag {
  readonly name: string;
  readonly rawName: string;
  readonly value?: string | undefined;
  readonly inlineValue?: boolean | undefined;
}

function judgeFlag(flag: Flag, known: Signature['flags']): CommandProblem | null {
  const type = Object.hasOwn(known, flag.name) ? known[flag.name] : undefined;
  if (type === undefined) return describeUnknown(flag, Object.keys(known));
  const { value } = flag;
  if (type === 'boolean') {
    return value === undefined ? null : { code: 'unexpected_value', word: flag.rawName };
  }
  // `--branch --lines`: the value was forgotten. `--lines -5` is a number, if a bad one.
  const isFlag = flag.inlineValue === false && value !== undefined && /^-\D/.test(value);
  return value === undefined || value === '' || isFlag ? { code: 'missing_value', word: flag.rawName } : null;
}

function describeUnknown({ name, rawName }: Flag, known: readonly string[]): CommandProblem {
  const suggestion = known.find((flag) => distance(name.toLowerCase().slice(0, 20), flag) <= 2);
  return {
    code: 'unknown_flag',
    word: rawName,
    ...(suggestion !== undefined && { suggestion: `--${suggestion}` }),
  };
}

function judgeWords(words: readonly string[], maximum: number): CommandProblem | null {
  const empty = words.find((word) => word.trim() === '');
  if (empty !== undefined) return { code: 'empty_argument', word: empty };
  const excess = words[maximum];
  return excess === undefined ? null : { code: 'too_many_arguments', word: excess, maximum };
}

function buildCommand(
  name: Exclude<WordsName, 'help'>,
  words: readonly string[],
  values: ReadonlyMap<string, string>,
): ReadArguments {
  switch (name) {
    case 'redeploy':
      return {
        command: {
          name,
          workspaces: words,
          branch: values.get('branch') ?? null,
          force: values.has('force'),
        },
      };
    case 'withdraw':
    case 'status':
    case 'pipelines':
      return { command: { name, workspaces: words } };
    case 'approve':
    case 'unlock':
      return { command: { name, workspace: words.length === 0 ? null : words.join(' ') } };
    case 'why':
      return { command: { name, target: words[0] ?? null } };
    case 'verify':
      return {
        command: {
          name,
          pipeline: words.length === 0 ? null : words.join(' '),
          workspace: values.get('workspace') ?? null,
        },
      };
    case 'run':
      if (words.length === 0) return { command: null, problem: { code: 'missing_pipeline', word: '' } };
      return {
        command: {
          name,
          pipeline: words.join(' '),
          workspace: values.get('workspace') ?? null,
          isConfirmed: values.has('yes'),
        },
      };
    case 'logs': {
      const lines = readLines(values.get('lines'));
      if (typeof lines !== 'number') return { command: null, problem: lines };
      return { command: { name, workspace: words[0] ?? null, lines } };
    }
  }
}

function readLines(value: string | undefined): number | CommandProblem {
  if (value === undefined) return DEFAULT_LOG_LINES;
  const lines = /^\d{1,6}$/.test(value) ? Number(value) : 0;
  if (lines >= 1 && lines <= MAX_LOG_LINES) return lines;
  return { code: 'bad_number', word: value, minimum: 1, maximum: MAX_LOG_LINES };
}
