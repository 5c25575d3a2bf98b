import type { CommitRun, ConfigurationVerdict, ProjectVerdict } from '../../domain/commit-run.ts';
import type { Repository } from '../../domain/deployment.ts';
import { formatRequiredCheckId, type RequiredVerdict } from '../../domain/required-check.ts';
import { cutBytes, OUTPUT_BYTES } from '../../domain/truncate-bytes.ts';
import { cleanInlineText } from '../../logs/clean-log-line.ts';
import type { CheckRunFields } from './check-run-view.ts';
import { formatCommitUrl } from './describe-deployment.ts';
import { formatFileUrl } from './github-links.ts';
import { renderConfigurationVerdict } from './render-configuration-run.ts';
import { formatTitle } from './render-title.ts';

/** No workspace's check run has these names, because there the workspace is in parentheses. */
export const CONFIGURATION_CHECK = 'Meltano Deploy configuration';
export const PROJECT_CHECK = 'Meltano Deploy project';
export const REQUIRED_CHECK = 'Meltano Deploy';

export interface CommitRunView {
  readonly run: CommitRun;
  readonly repository: Repository;
  /** GitHub's web origin, e.g. `https://github.com`. */
  readonly githubUrl: string;
}

type Rendered = Pick<CheckRunFields, 'name' | 'details_url' | 'conclusion' | 'output'>;

/** The fields of a check run about a commit. Pure. */
export function renderCommitRun(view: CommitRunView): CheckRunFields {
  const { verdict, sha, createdAt, id } = view.run;
  if (verdict.kind === 'required') return renderRequired(view, verdict);
  const time = formatTime(createdAt);
  return {
    head_sha: sha,
    external_id: id,
    status: 'completed',
    started_at: time,
    completed_at: time,
    ...(verdict.kind === 'project' ? renderProject(view, verdict) : renderConfiguration(view, verdict)),
  };
}

function formatTime(time: number): string {
  return new Date(time).toISOString().replace(/\.\d{3}Z$/, 'Z');
}

function renderRequired(
  { run, repository, githubUrl }: CommitRunView,
  verdict: RequiredVerdict,
): CheckRunFields {
  const { conclusion = null, title = '', summary = '' } = verdict.result ?? {};
  const shown = {
    name: REQUIRED_CHECK,
    head_sha: run.sha,
    external_id: formatRequiredCheckId(run.id, verdict.run),
    details_url: formatCommitUrl(githubUrl, repository, run.sha),
    started_at: formatTime(verdict.since),
    output: { title, summary },
  };
  if (conclusion === null) return { ...shown, status: 'in_progress' };
  const completedAt = formatTime(Math.max(verdict.since, verdict.concludedAt ?? 0));
  return { ...shown, status: 'completed', conclusion, completed_at: completedAt };
}

function renderConfiguration(view: CommitRunView, verdict: ConfigurationVerdict): Rendered {
  const { run, repository, githubUrl } = view;
  const { file } = verdict;
  return {
    name: CONFIGURATION_CHECK,
    details_url:
      file === null
        ? formatCommitUrl(githubUrl, repository, run.sha)
        : formatFileUrl({ githubUrl, repository }, { file, sha: run.sha }),
    conclusion: concludeConfiguration(verdict),
    output: renderConfigurationVerdict({ repository, githubUrl, sha: run.sha }, verdict),
  };
}

function concludeConfiguration(verdict: ConfigurationVerdict): NonNullable<Rendered['conclusion']> {
  if (verdict.kind === 'bad') return 'failure';
  return verdict.loose ? 'neutral' : 'success';
}

function renderProject({ run, repository, githubUrl }: CommitRunView, { result }: ProjectVerdict): Rendered {
  const { conclusion, title, summary, annotations } = result ?? NOT_CHECKED;
  return {
    name: PROJECT_CHECK,
    details_url: formatCommitUrl(githubUrl, repository, run.sha),
    conclusion,
    output: {
      title: formatTitle(title),
      summary: cutBytes(summary, OUTPUT_BYTES),
      annotations: annotations.map((one) => ({
        ...one,
        message: cleanInlineText(one.message),
      })),
    },
  };
}

/** Never shown: nothing is written before the check. */
const NOT_CHECKED = {
  conclusion: 'neutral',
  title: 'Not checked yet',
  summary: '',
  annotations: [],
} as const;
