import { linkWorkspace } from '../../reporting/render/describe-shown.ts';
import { linkCommit } from '../../reporting/render/github-links.ts';
import type { ReplyPart } from '../../reporting/render/reply-parts.ts';
import type { BodyOf, ReplyView } from './reply-view.ts';

export function renderApprove(view: ReplyView, { approved, refused }: BodyOf<'approve'>): ReplyPart[] {
  const name = ({ workspaceId: id, workspaceName }: { workspaceId: string; workspaceName: string }) =>
    linkWorkspace(view, { id, name: workspaceName });
  return [
    ...approved.map(
      (one) =>
        `**Approved:** ${name(one)}, commit ${linkCommit(view, one.sha)}. It is deployed now, in a new check run.`,
    ),
    ...refused.map((one) => `**Not approved:** ${name(one)}, because ${one.why}.`),
  ];
}
