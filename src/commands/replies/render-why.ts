import type { WhyFinding } from '../../domain/conversation.ts';
import type { FeltLimit } from '../../domain/limit-rules.ts';
import { REASON_CODES } from '../../domain/reason-codes.ts';
import { formatEnd } from '../../reporting/render/describe-hold.ts';
import { describeWait, linkWorkspace } from '../../reporting/render/describe-shown.ts';
import { formatCode, linkWords } from '../../reporting/render/escape-markdown.ts';
import { formatCount } from '../../reporting/render/format-numbers.ts';
import { findRunUrl, linkCommit, linkFile } from '../../reporting/render/github-links.ts';
import { layTable, type ReplyPart } from '../../reporting/render/reply-parts.ts';
import { describeLock } from './render-lock.ts';
import type { BodyOf, ReplyView } from './reply-view.ts';

const OPERATOR = 'the operator of this app';
const OTHER_COMMIT =
  'Meltano Cloud always deploys the head of the branch: a commit that is not the head is deployed only as part of it.';
const REQUIRED_CHECK =
  'The check run `Meltano Deploy` sums up the results of a commit for all workspaces, because `checks.gate` is on.';

/** Explains which rule decides about each workspace. */
export function renderWhy(view: ReplyView, { findings, hasRequiredCheck }: BodyOf<'why'>): ReplyPart[] {
  const [only, another] = findings;
  const main = only && !another ? [renderOne(view, only)] : renderSeveral(view, findings);
  const isPast = findings.some(({ sha, isHead }) => sha !== null && !isHead);
  return [...main, ...(isPast ? [OTHER_COMMIT] : []), ...(hasRequiredCheck ? [REQUIRED_CHECK] : [])];
}

function renderOne(view: ReplyView, finding: WhyFinding): string {
  const name = linkWorkspace(view, finding.workspace);
  const rule = explainRule(view, finding);
  if (finding.sha === null) return `**Nothing to deploy:** ${name}. ${rule}.`;
  const verdict = isDeployed(finding)
    ? 'A push of this commit deploys it'
    : 'A push of this commit does not deploy it';
  return `**${verdict}:** ${name}, commit ${describeCommit(view, finding)}. ${rule}.`;
}

function renderSeveral(view: ReplyView, findings: readonly WhyFinding[]): ReplyPart[] {
  const deployed = findings.filter(isDeployed).length;
  const rows = findings.map((finding) => [
    linkWorkspace(view, finding.workspace),
    describeCommit(view, finding),
    isDeployed(finding) ? 'yes' : 'no',
    explainRule(view, finding),
  ]);
  return [
    `**A push deploys ${formatCount(deployed)} of ${formatCount(findings.length)} workspaces**`,
    layTable(['Workspace', 'Commit', 'Deployed', 'Why'], rows),
  ];
}

function isDeployed({ reason }: WhyFinding): boolean {
  return reason === 'push' || reason === 'found_by_sweep';
}

function describeCommit(view: ReplyView, { sha, isHead, workspace }: WhyFinding): string {
  if (sha === null) return '';
  const branch = formatCode(workspace.branch);
  return `${linkCommit(view, sha)}, ${isHead ? 'the head' : 'not the head'} of ${branch}`;
}

/** The rule in plain words: a sentence without its full stop. */
function explainRule(view: ReplyView, finding: WhyFinding): string {
  const rule = explainConfigured(view, finding) ?? explainPlain(view, finding);
  return [rule, ...explainLimits(finding), ...explainGates(view, finding)].join('. ');
}

function explainLimits({ limits = [] }: WhyFinding): string[] {
  if (limits.length === 0) return [];
  const all = limits.map((one) => formatCode(`${nameKey(one)}: ${one.words}`));
  return [`The operator of this app limits what the repository may set: ${all.join(', ')}`];
}

function nameKey({ section, key }: FeltLimit): string {
  return section === 'deploy' ? key : `${section}.${key}`;
}

/** True if the operator's limit for the key decides, not the file. */
function isLimited({ limits = [] }: WhyFinding, name: string): boolean {
  return limits.some(({ key }) => key === name);
}

/** What the start waits for after the plan, and its last result. */
function explainGates(view: ReplyView, finding: WhyFinding): string[] {
  const {
    projectCheck = null,
    passed = null,
    forcedBy = null,
    hold = null,
    lock = null,
    freeze = null,
    approval = null,
  } = finding;
  const notes: string[] = [];
  if (projectCheck?.state === 'pending' && isDeployed(finding)) {
    notes.push('The start waits for the project check of this commit, at most 10 s');
  }
  if (approval !== null) {
    const by = formatCode(approval.by ?? '');
    notes.push(
      by === '' ? 'Its deployments wait for an approval of this commit' : `${by} approved this commit`,
    );
  }
  if (lock !== null) notes.push(`It is locked by ${describeLock(lock)}, so its deployments wait`);
  if (freeze !== null) {
    const why = freeze.why === null ? '' : ` (${formatCode(freeze.why)})`;
    notes.push(`The configuration has a freeze${formatEnd(freeze.until)}${why}, so its deployments wait`);
  }
  if (
    hold !== null &&
    hold.reason !== 'project_pending' &&
    hold.reason !== 'locked' &&
    hold.reason !== 'frozen'
  ) {
    notes.push(`Its deployment waits: ${describeWait(view, hold)}`);
  }
  if (passed?.passed?.how === 'forced') {
    const by = formatCode(forcedBy ?? '');
    notes.push(`${by} forced its last deployment, which ${formatCode(passed.passed.why)} held`);
  } else if (passed?.passed) {
    notes.push(
      `Its last deployment started before the ${linkCheck(view, finding)} was done: ${formatCode(passed.passed.why)}`,
    );
  }
  return notes;
}

function linkCheck(view: ReplyView, { sha, projectCheck = null }: WhyFinding): string {
  const checkRunUrl = projectCheck?.checkRunUrl ?? null;
  return linkWords('project check', findRunUrl(view, { sha: sha ?? '', checkRunUrl }));
}

/** Null if neither the repository's configuration nor the operator decides. */
function explainConfigured(view: ReplyView, finding: WhyFinding): string | null {
  const { reason, problem = null, source = null, isFiltered } = finding;
  const file = source === null ? OPERATOR : linkFile(view, source);
  const originOf = (key: string) => (isLimited(finding, key) ? OPERATOR : file);
  const found = problem === null ? '' : ` (${formatCode(problem)})`;
  switch (reason) {
    case 'push':
    case 'found_by_sweep':
      if (!isFiltered) return null;
      return (
        explainUncompared(view, finding, `the path filters of ${file} count everything as changed`) ??
        `What changed since ${describeSince(view, finding)}, passes the path filters of ${file}${listPaths(finding)}`
      );
    case 'configuration_held':
      return `The file ${file} has mistakes${found}, and there is no earlier valid version: pushes are held until it is repaired`;
    case 'project_error':
      return `The ${linkCheck(view, finding)} found an error in its project${found}, and ${originOf('project')} sets ${formatCode('checks: {project: block}')}. Correct it and push, or write ${formatCode('/redeploy --force')}, which requires the Maintain role`;
    case 'push_off':
      return `Rule of ${originOf('on_push')}: ${REASON_CODES[reason]}`;
    case 'ignored_sender':
      return `Rule of ${file}: ${REASON_CODES[reason]}${found}`;
    case 'skip_token':
    case 'paths_unmatched':
      return source === null ? null : `Rule of ${file}: ${REASON_CODES[reason]}${found}`;
    default:
      return null;
  }
}

function explainPlain(view: ReplyView, finding: WhyFinding): string {
  const { reason, workspace, problem = null } = finding;
  const directory = formatCode(workspace.directory ?? '');
  switch (reason) {
    case 'push':
    case 'found_by_sweep':
      if (directory === '') return 'It has no directory, so each push to its branch deploys it';
      return (
        explainUncompared(view, finding, `all of its directory ${directory} counts as changed`) ??
        `Its directory ${directory} changed since ${describeSince(view, finding)}${listPaths(finding)}`
      );
    case 'paths_unchanged':
      return `Nothing in its directory ${directory} changed since ${describeSince(view, finding)}`;
    case 'branch_deleted':
      return `The branch ${formatCode(workspace.branch)}, which it tracks, does not exist`;
    case 'branch_not_tracked':
      return `It tracks the branch ${formatCode(workspace.branch)}`;
    default:
      return `Rule: ${REASON_CODES[reason]}${problem === null ? '' : ` (${formatCode(problem)})`}`;
  }
}

/** Null if commits were compared. `so` is the consequence. */
function explainUncompared(
  view: ReplyView,
  { since, uncompared = null }: WhyFinding,
  so: string,
): string | null {
  if (since !== null) return null;
  switch (uncompared?.kind) {
    case 'incomparable':
      return `The changes can't be determined (${formatCode(uncompared.why)}), so ${so}`;
    case 'not_deployed': {
      const commit = linkCommit(view, uncompared.sha);
      return uncompared.isRunning
        ? `Its deployment of ${commit} is still running, so ${so}`
        : `Its last deployment, of ${commit}, did not succeed, so ${so}`;
    }
    default:
      return `It was never deployed successfully, so ${so}`;
  }
}

function describeSince(view: ReplyView, { since, isSinceDeployed = true }: WhyFinding): string {
  if (since === null) return 'its last success';
  const which = isSinceDeployed ? 'its last success' : 'the commit before the push';
  return `${linkCommit(view, since)}, ${which}`;
}

function listPaths({ changed = null }: WhyFinding): string {
  if (!changed) return '';
  const more = changed.count - changed.paths.length;
  const names = changed.paths.map((path) => formatCode(path)).join(', ');
  return `: ${names}${more > 0 ? ` and ${formatCount(more)} more` : ''}`;
}
