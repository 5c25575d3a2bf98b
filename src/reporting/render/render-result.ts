import { z } from 'zod';
import type { ReasonCode } from '../../domain/reason-codes.ts';
import { sliceWhole } from '../../logs/clean-log-line.ts';
import { explainError } from '../../logs/known-errors/explain-error.ts';
import type { CheckRunView } from './check-run-view.ts';
import { showableLog } from './describe-deployment.ts';
import { splitPlace } from './describe-error.ts';
import { explainEnd } from './explain-end.ts';

/** The limit for the block in bytes, with room for redaction, which can make it longer. */
const BLOCK_BYTES = 1_900;
/** The limits of a text in UTF-16 code units. The first one with a short enough block is used. */
const TEXT_LIMITS = [600, 300, 150, 75, 35, 15];

/** Reasons whose explanation ends with advice. (That of a needed approval begins with it.) */
const ADVISED: ReadonlySet<ReasonCode> = new Set<ReasonCode>([
  'pipelines_failed',
  'verification_failed',
  'project_error',
  'order_failed',
  'order_missing',
  'checks_failed',
  'checks_missing',
  'approval_needed',
  'approval_expired',
  'held_too_long',
  'loop_brake',
  'start_refused',
  'secret_refused',
  'start_timeout',
  'start_unreadable',
  'watch_timeout',
  'watch_refused',
]);

const text = z.string();

/** The result of a deployment as programs read it. A new optional key doesn't change the version. */
export const deploymentResultSchema = z
  .object({
    version: z.literal(1).meta({ description: 'Changes with the meaning of a key.' }),
    reason: text.meta({ description: 'Why it ended so, for example job_failed, job_complete, superseded.' }),
    conclusion: z
      .enum(['success', 'failure', 'cancelled', 'skipped', 'timed_out', 'neutral', 'action_required'])
      .meta({ description: "The check run's conclusion." }),
    workspace: z.object({ id: text, name: text }).meta({ description: 'The workspace on Meltano Cloud.' }),
    commit: z.object({ requested: text, deployed: text.nullable() }).meta({
      description: 'The commit of the check run, and the one that the job deployed; null if unknown.',
    }),
    error: z.object({ message: text, path: text.nullable(), line: z.int().nullable() }).nullable().meta({
      description: 'The error that ended the job. Null if there is none, or if the log is not shown.',
    }),
    next: text.nullable().meta({ description: 'What to do, in plain text; null if nothing, or unknown.' }),
    retryable: z
      .boolean()
      .meta({ description: 'True if the same deployment would probably succeed if it ran again.' }),
    url: text.meta({ description: 'The page of the workspace on Meltano Cloud.' }),
  })
  .meta({
    title: 'Meltano Deploy, result of a deployment',
    description: 'The last block of the text of a concluded check run, opened by ```json meltano-deploy.',
  });

type DeploymentResult = z.output<typeof deploymentResultSchema>;

const OPENING = '```json meltano-deploy\n';
const BLOCK = /(?:^|\n\n)```json meltano-deploy\n([^\n]+)\n```$/;

/** The block with the result of a concluded deployment; empty for an open one. No text in it can close it. */
export function renderResult(view: CheckRunView): string {
  if (view.deployment.state !== 'concluded') return '';
  return fitBlock(describeResult(view));
}

/** Shortens the texts of the result until the block is short enough. */
function fitBlock(result: DeploymentResult): string {
  const blocks = TEXT_LIMITS.map((limit) => formatBlock(shorten(result, limit)));
  return blocks.find((block) => Buffer.byteLength(block) <= BLOCK_BYTES) ?? '';
}

/** Redacts each text of a block's content on its own, so that the result stays JSON, and short. */
export function redactBlock(json: string, redact: (text: string) => string): string {
  const redacted: unknown = JSON.parse(json, (_, value) =>
    typeof value === 'string' ? redact(value) : value,
  );
  const { data } = deploymentResultSchema.safeParse(redacted);
  return data ? fitBlock(data) : formatBlock(redacted);
}

/** The text before the block and the block's content; null if the text doesn't end with a block. */
export function splitResult(output: string): { readonly before: string; readonly json: string } | null {
  const match = BLOCK.exec(output);
  return match && { before: output.slice(0, match.index), json: match[1] ?? '' };
}

/** The text of a check run that ends with the block. */
export function joinResult(before: string, block: string): string {
  return before === '' || block === '' ? `${before}${block}` : `${before}\n\n${block}`;
}

function formatBlock(result: unknown): string {
  return `${OPENING}${JSON.stringify(result).replaceAll('`', '\\u0060')}\n\`\`\``;
}

/** A reason code as programs read it. */
export function nameReason(reason: ReasonCode): string {
  return reason === 'job_error' ? 'job_failed' : reason;
}

function describeResult(view: CheckRunView): DeploymentResult {
  const { deployment, workspaceUrl } = view;
  const { reason, conclusion } = deployment;
  const error = reason === 'job_error' ? (showableLog(view)?.firstError ?? null) : null;
  const known = error && explainError(error);
  const explained = ADVISED.has(reason) ? explainEnd(view).filter((one) => one !== '') : [];
  const advice = known?.advice ?? explained.at(reason === 'approval_needed' ? 0 : -1) ?? null;
  const place = error && splitPlace(error.message);
  return {
    version: 1,
    reason: nameReason(reason),
    conclusion: conclusion === null || conclusion === 'none' ? 'skipped' : conclusion,
    workspace: { id: deployment.workspaceId, name: deployment.workspaceName },
    commit: { requested: deployment.sha, deployed: deployment.deployedSha },
    error: place && { message: place.words, path: place.path, line: place.line },
    next: advice === null ? null : toPlainText(advice),
    retryable: known?.transient !== undefined || reason === 'start_timeout',
    url: workspaceUrl,
  };
}

/** The app's own Markdown: links with their address, code without its marks. */
function toPlainText(markdown: string): string {
  return markdown.replace(
    /\[([^\]]*)\]\(([^)\s]*)\)|(`+) ?(.*?) ?\3|\*\*(.*?)\*\*/g,
    (_, label?: string, address?: string, __?: string, code?: string, bold?: string) =>
      label === undefined ? (code ?? bold ?? '') : `${toPlainText(label)} (${address})`,
  );
}

function shorten(result: DeploymentResult, limit: number): DeploymentResult {
  const cut = (value: string) => (value.length <= limit ? value : `${sliceWhole(value, limit - 1)}…`);
  const { workspace, commit, error, next, url } = result;
  return {
    ...result,
    workspace: { id: cut(workspace.id), name: cut(workspace.name) },
    commit: { requested: cut(commit.requested), deployed: commit.deployed && cut(commit.deployed) },
    error: error && { message: cut(error.message), path: error.path && cut(error.path), line: error.line },
    next: next && cut(next),
    // A cut address leads nowhere.
    url: url.length <= Math.max(limit, 200) ? url : '',
  };
}

/** The JSON Schema of the block: the text of `schema/deployment-result.schema.json`. */
export function renderResultSchema(): string {
  return `${JSON.stringify(z.toJSONSchema(deploymentResultSchema, { io: 'input', target: 'draft-7' }), null, 2)}\n`;
}
