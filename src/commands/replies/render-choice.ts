import type { Command } from '../../domain/command.ts';
import type { Place, Refusal, ShownWorkspace } from '../../domain/conversation.ts';
import { foldName } from '../../domain/fold-name.ts';
import { cleanInlineText } from '../../logs/clean-log-line.ts';
import { linkWorkspace } from '../../reporting/render/describe-shown.ts';
import { formatCode } from '../../reporting/render/escape-markdown.ts';
import { layTable, type ReplyPart } from '../../reporting/render/reply-parts.ts';
import { formatCommand } from '../format-command.ts';
import { readLockText } from '../read-lock.ts';
import type { ReplyView } from './reply-view.ts';

type ChoiceRefusal = Extract<
  Refusal,
  { code: 'unknown_workspace' | 'ambiguous_workspace' | 'choose_workspace' }
>;

/** The longest command that is shown whole. */
const LONGEST_COMMAND = 300;
const LONGEST_NAME = 120;

/** Lists the workspaces, with the exact command for each. */
export function renderChoice(view: ReplyView, refusal: ChoiceRefusal): ReplyPart[] {
  const { parsed, place } = view.command;
  const command = parsed.kind === 'command' ? parsed.command : null;
  const lead = sumUp(refusal, command, place);
  if (refusal.candidates.length === 0 || command === null) return [lead];
  const namesakes = Map.groupBy(refusal.candidates, ({ name }) => foldName(name));
  const isOnly = (name: string) => namesakes.get(foldName(name))?.length === 1;
  const rows = refusal.candidates.map((candidate) => [
    linkWorkspace(view, candidate),
    formatCode(candidate.branch),
    formatCode(spellOut(command, refusal, chooseName(candidate, refusal, isOnly)), LONGEST_COMMAND),
  ]);
  return [lead, layTable(['Workspace', 'Branch', 'Command'], rows)];
}

function sumUp(refusal: ChoiceRefusal, command: Command | null, place: Place): string {
  if (refusal.code === 'choose_workspace') return askWhich(refusal.branch, command, place);
  const word = formatCode(refusal.word, 100) || 'an empty name';
  if (refusal.code === 'ambiguous_workspace')
    return `**Ambiguous:** ${word} matches more than one workspace.`;
  if (command?.name === 'why')
    return `**Not found:** ${word} is neither a workspace nor a commit of this repository.`;
  const branch = command?.name === 'redeploy' ? command.branch : null;
  const among = branch === null ? 'of this repository' : `that tracks the branch ${formatCode(branch)}`;
  return `**Not found:** no workspace ${among} is named ${word}.`;
}

function askWhich(branch: string | null, command: Command | null, place: Place): string {
  if (branch !== null) return `**Nothing to deploy:** no workspace tracks the branch ${formatCode(branch)}.`;
  if (command?.name === 'logs') return '**Which workspace?** Only one log can be shown at a time.';
  if (command?.name === 'verify' || command?.name === 'run')
    return '**Which workspace?** The command is about the pipelines of one.';
  switch (place.kind) {
    case 'issue':
      return '**Which workspace?** This repository has several workspaces.';
    case 'pull_request':
      return '**Which workspace?** No workspace tracks the branch of this pull request or, once it is merged, its base branch.';
    case 'commit':
      return '**Which workspace?** This commit is not the head of a branch that a workspace tracks.';
  }
}

/** The command with this workspace instead of the wrong word. */
function spellOut(command: Command, refusal: ChoiceRefusal, name: string): string {
  const word = refusal.code === 'choose_workspace' ? null : refusal.word;
  const whole = formatCommand(replaceWord(command, word, name));
  return whole.length <= LONGEST_COMMAND ? whole : formatCommand(replaceWord(command, null, name));
}

/** The name if it can be typed as shown and refers to one workspace only; otherwise the id. */
function chooseName(
  { id, name }: ShownWorkspace,
  { code }: ChoiceRefusal,
  isOnly: (name: string) => boolean,
): string {
  // Tables show | as another character.
  const isShown = name === cleanInlineText(name) && !name.includes('|');
  const isTypeable = name !== '' && name.length <= LONGEST_NAME && isShown;
  return code !== 'ambiguous_workspace' && isOnly(name) && isTypeable ? name : id;
}

function replaceWord(command: Command, word: string | null, name: string): Command {
  switch (command.name) {
    case 'redeploy': {
      const branch = word === null ? null : command.branch;
      return { ...command, branch, workspaces: replaceIn(command.workspaces, word, name) };
    }
    case 'withdraw':
    case 'status':
    case 'pipelines':
      return { ...command, workspaces: replaceIn(command.workspaces, word, name) };
    case 'lock': {
      const { rest } = readLockText(command.text);
      return { ...command, text: `"${name}" ${rest}` };
    }
    case 'approve':
    case 'unlock':
    case 'logs':
    case 'verify':
    case 'run':
      return { ...command, workspace: name };
    case 'why':
      return { ...command, target: name };
    case 'help':
      return command;
  }
}

function replaceIn(words: readonly string[], word: string | null, name: string): readonly string[] {
  return word === null ? [name] : words.map((one) => (one === word ? name : one));
}
