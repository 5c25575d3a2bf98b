import type { ShownWorkspace } from '../../domain/conversation.ts';
import type { ShownLock } from '../../domain/lock.ts';
import { linkWorkspace } from '../../reporting/render/describe-shown.ts';
import { formatCode } from '../../reporting/render/escape-markdown.ts';
import type { ReplyPart } from '../../reporting/render/reply-parts.ts';
import { formatCommand } from '../format-command.ts';
import type { BodyOf, ReplyView } from './reply-view.ts';

export function renderLock(view: ReplyView, { workspace, reason, replaced }: BodyOf<'lock'>): ReplyPart[] {
  const unlock = formatCode(formatCommand({ name: 'unlock', workspace: workspace?.name ?? null }));
  return [
    `**Locked** ${nameLocked(view, workspace)}: ${formatCode(reason)}. Deployments wait until ${unlock}; one that runs already is not stopped.`,
    replaced === null ? '' : `This replaces the lock by ${describeLock(replaced)}.`,
  ];
}

export function renderUnlock(view: ReplyView, body: BodyOf<'unlock'>): ReplyPart[] {
  const { workspace, removed, isRestLocked } = body;
  if (removed.length === 0) {
    const what = workspace
      ? `${linkWorkspace(view, workspace)} is not`
      : 'no workspace of this repository is';
    return [`**Nothing to unlock:** ${what} locked.`];
  }
  const locks = removed.map((lock) => `- ${describeLock(lock)}`).join('\n');
  return [
    `**Unlocked** ${nameLocked(view, workspace)}. What waits is deployed now, each workspace at the head of its branch. Removed:`,
    locks,
    isRestLocked ? 'Other workspaces of this repository stay locked.' : '',
  ];
}

function nameLocked(view: ReplyView, workspace: ShownWorkspace | null): string {
  return workspace ? linkWorkspace(view, workspace) : 'all workspaces of this repository';
}

/** Who locked, and why: a clause. */
export function describeLock({ by, reason }: ShownLock): string {
  return `${formatCode(by)}: ${formatCode(reason)}`;
}
