import type { Command } from '../../domain/command.ts';
import type { Refusal, ShownPipeline } from '../../domain/conversation.ts';
import { foldLoosely } from '../../domain/fold-name.ts';
import { cleanInlineText } from '../../logs/clean-log-line.ts';
import { linkWorkspace } from '../../reporting/render/describe-shown.ts';
import { formatCode } from '../../reporting/render/escape-markdown.ts';
import { layTable, type ReplyPart } from '../../reporting/render/reply-parts.ts';
import { formatCommand } from '../format-command.ts';
import type { ReplyView } from './reply-view.ts';

type PipelineRefusal = Extract<Refusal, { code: 'unknown_pipeline' | 'ambiguous_pipeline' }>;

/** The longest command that is shown whole. */
const LONGEST_COMMAND = 300;

/** Lists the possible pipelines, with the exact command for each. */
export function renderPipelineChoice(view: ReplyView, refusal: PipelineRefusal): ReplyPart[] {
  const { parsed } = view.command;
  const command = parsed.kind === 'command' ? parsed.command : null;
  const rows = refusal.candidates.map((candidate) => [
    formatCode(candidate.name),
    command === null ? '' : formatCode(spellOut(command, candidate, refusal.candidates), LONGEST_COMMAND),
  ]);
  return [sumUp(view, refusal), layTable(['Pipeline', 'Command'], rows)];
}

function sumUp(view: ReplyView, { code, word, workspace, areNear }: PipelineRefusal): string {
  const name = formatCode(word, 100) || 'an empty name';
  const of = linkWorkspace(view, workspace);
  if (code === 'ambiguous_pipeline') return `**Ambiguous:** ${name} matches more than one pipeline of ${of}.`;
  const none = `**Not found:** no pipeline of ${of} is named ${name}.`;
  return areNear ? `${none} Did you mean:` : none;
}

/** The command with the pipeline's name if that can be typed as shown and is the only one; otherwise with its id. */
function spellOut(
  command: Command,
  { id, name }: ShownPipeline,
  candidates: readonly ShownPipeline[],
): string {
  if (command.name !== 'verify' && command.name !== 'run') return '';
  const isOne = candidates.filter((other) => foldLoosely(other.name) === foldLoosely(name)).length === 1;
  const isShown = name !== '' && name === cleanInlineText(name) && !name.includes('|');
  return formatCommand({ ...command, pipeline: isOne && isShown ? name : id });
}
