import type { components } from '@octokit/openapi-types';
import { appJson, nodeId } from './account-json.ts';
import type { SandboxCheckRun, SandboxCheckSuite } from './check-model.ts';
import { readSuiteState } from './check-suites.ts';
import { emailOf } from './commit-json.ts';
import { findCommit } from './git-history.ts';
import { isoTime, type SandboxRepository } from './model.ts';
import { repositoryJson, repositoryUrl } from './repository-json.ts';
import type { SandboxContext } from './sandbox-context.ts';

type Schemas = components['schemas'];

export function checkRunJson(
  context: SandboxContext,
  repository: SandboxRepository,
  run: SandboxCheckRun,
): Schemas['check-run'] {
  const url = `${repositoryUrl(context, repository)}/check-runs/${run.id}`;
  const app = appJson(context, context.state.suites.get(run.suiteId)?.app);
  return {
    id: run.id,
    name: run.name,
    node_id: nodeId('CheckRun', run.id),
    head_sha: run.headSha,
    external_id: run.externalId,
    url,
    html_url: run.htmlUrl,
    details_url: run.detailsUrl ?? app.external_url,
    status: run.status,
    // GitHub's description lacks `startup_failure` and `stale`.
    conclusion: run.conclusion as Schemas['check-run']['conclusion'],
    started_at: run.startedAt,
    completed_at: run.completedAt,
    output: {
      ...run.output,
      annotations_count: run.annotations.length,
      annotations_url: `${url}/annotations`,
    },
    check_suite: { id: run.suiteId },
    app,
    pull_requests: [],
  };
}

/** The fields of a suite in both REST answers and webhook payloads. */
export function suiteBase(context: SandboxContext, repository: SandboxRepository, suite: SandboxCheckSuite) {
  const { status, conclusion } = readSuiteState(context, suite);
  return {
    id: suite.id,
    node_id: nodeId('CheckSuite', suite.id),
    head_branch: suite.headBranch,
    head_sha: suite.headSha,
    status,
    conclusion,
    url: `${repositoryUrl(context, repository)}/check-suites/${suite.id}`,
    before: suite.before,
    after: suite.headSha,
    pull_requests: [],
    app: appJson(context, suite.app),
    created_at: isoTime(suite.createdAt),
    updated_at: isoTime(suite.updatedAt),
  };
}

/** The fields that a full suite has in addition to `suiteBase`. */
export function suiteDetails(
  context: SandboxContext,
  repository: SandboxRepository,
  suite: SandboxCheckSuite,
) {
  const { message, treeSha, date, author } = findCommit(repository, suite.headSha);
  const person = { name: author.login, email: emailOf(author) };
  return {
    head_commit: {
      id: suite.headSha,
      tree_id: treeSha,
      message,
      timestamp: isoTime(date),
      author: person,
      committer: person,
    },
    latest_check_runs_count: readSuiteState(context, suite).latest.length,
    check_runs_url: `${repositoryUrl(context, repository)}/check-suites/${suite.id}/check-runs`,
    rerequestable: true,
    runs_rerequestable: true,
  };
}

export function checkSuiteJson(
  context: SandboxContext,
  repository: SandboxRepository,
  suite: SandboxCheckSuite,
): Schemas['check-suite'] {
  return {
    ...suiteBase(context, repository, suite),
    ...suiteDetails(context, repository, suite),
    repository: repositoryJson(context, repository),
  };
}

export function annotationsJson(
  context: SandboxContext,
  repository: SandboxRepository,
  run: SandboxCheckRun,
): Schemas['check-annotation'][] {
  return run.annotations.map((annotation) => ({
    path: annotation.path,
    start_line: annotation.start_line,
    end_line: annotation.end_line,
    start_column: annotation.start_column ?? null,
    end_column: annotation.end_column ?? null,
    annotation_level: annotation.annotation_level,
    title: annotation.title ?? null,
    message: annotation.message,
    raw_details: annotation.raw_details ?? null,
    blob_href: `${repositoryUrl(context, repository)}/contents/${annotation.path}?ref=${run.headSha}`,
  }));
}
