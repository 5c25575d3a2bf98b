import { describe, expect, test } from 'vitest';
import type { Deployment } from '../../../../src/domain/deployment.ts';
import type { CheckRunView } from '../../../../src/reporting/render/check-run-view.ts';
import { renderSummary } from '../../../../src/reporting/render/render-summary.ts';
import { makeLog, makeRun, makeView, NEWER_SHA, SHA, START, WORKSPACE_ID } from './make-check-run-view.ts';

const PAGE = `https://app.meltano.com/workspaces/${WORKSPACE_ID}`;
const commit = (sha: string) => `[\`${sha.slice(0, 7)}\`](https://github.com/acme/data/commit/${sha})`;

test('the table of a deployment that ended', () => {
  expect(
    renderSummary(
      makeView(makeRun(102, { reason: 'job_complete', jobStatus: 'COMPLETE' }), { log: makeLog(['x']) }),
    ),
  ).toBe(
    [
      `| Workspace | [\`Analytics\`](${PAGE}) |`,
      '| --- | --- |',
      '| Environment | `prod` |',
      '| Branch and directory | `main`, `analytics` |',
      `| Requested commit | ${commit(SHA)} |`,
      `| Deployed commit | ${commit(SHA)} |`,
      '| Requested by | push by [`ana`](https://github.com/ana) |',
      '| Job | `0a1b2c3d-1111-4222-8333-444455556666`, `COMPLETE` |',
      '| Queue time | 4 s |',
      '| Run time | 1 min 42 s |',
    ].join('\n'),
  );
});

test('the table before there is a job leaves out unknown rows', () => {
  expect(renderSummary(makeView({ environment: null, directory: null }))).toBe(
    [
      `| Workspace | [\`Analytics\`](${PAGE}) |`,
      '| --- | --- |',
      '| Branch and directory | `main`, the root |',
      `| Requested commit | ${commit(SHA)} |`,
      '| Requested by | push by [`ana`](https://github.com/ana) |',
    ].join('\n'),
  );
});

describe('rows', () => {
  test.each<[string, Partial<Deployment>]>([
    ['| Deployed commit | not known yet |', { state: 'queued', jobId: 'j' }],
    ['| Deployed commit | unknown |', makeRun(1, { deployedSha: null, reason: 'job_error' })],
    ['| Deployed commit | `not a commit` |', makeRun(1, { deployedSha: 'not a commit' })],
    [
      '| Run time | since 2026-06-10 07:13:44 UTC |',
      { state: 'running', jobId: 'j', jobStartedAt: START + 5000 },
    ],
    [
      '| Requested by | push by [`renovate[bot]`](https://github.com/apps/renovate) |',
      { requestedBy: 'renovate[bot]' },
    ],
    ['| Requested by | push by `a deploy key` |', { requestedBy: 'a deploy key' }],
    [
      '| Branch and directory | `a\\|b`, `` c`d `` |'.replace('`` c`d ``', '``c`d``'),
      { branch: 'a|b', directory: 'c`d' },
    ],
    [`| Workspace | [\`${WORKSPACE_ID}\`](${PAGE}) |`, { workspaceName: ' ' }],
  ])('%s', (row, deployment) => {
    expect(renderSummary(makeView(deployment)).split('\n')).toContain(row);
  });
});

test('says when another commit was deployed, and why', () => {
  const summary = renderSummary(makeView(makeRun(1, { reason: 'job_complete', deployedSha: NEWER_SHA })));
  expect(summary).toContain(
    `**The job deployed ${commit(NEWER_SHA)} instead of ${commit(SHA)}:** Meltano Cloud always deploys the head of the branch`,
  );
  const same = renderSummary(makeView(makeRun(1, { reason: 'job_complete', deployedSha: SHA.slice(0, 12) })));
  expect(same).not.toContain('The job deployed');
});

describe('explains', () => {
  const end = (deployment: Partial<Deployment>): Partial<Deployment> => ({
    state: 'concluded',
    concludedAt: START,
    ...deployment,
  });
  const answered = (status: string) =>
    ({ reason: 'start_refused', problem: `Meltano Cloud answered ${status}: no` }) as const;
  const other = { sha: NEWER_SHA, checkRunUrl: 'https://github.com/acme/data/runs/7' };

  test.each<[string, Partial<Deployment>, Partial<CheckRunView>, RegExp]>([
    [
      'waiting',
      {},
      { waitsFor: other },
      /^A workspace has one deployment at a time\. .* the deployment of \[`d4e5f6a`\]\(https:\/\/github\.com\/acme\/data\/runs\/7\) ends/,
    ],
    [
      'a retry',
      { problem: 'Meltano Cloud answered 503' },
      {},
      /^The deployment could not start yet \(`Meltano Cloud answered 503`\)/,
    ],
    [
      'a lost answer',
      { state: 'starting', attemptOutcome: 'lost', problem: 'x' },
      {},
      /unknown whether Meltano Cloud accepted the start/,
    ],
    [
      'trouble with watching',
      { state: 'running', jobId: 'j', problem: 'x' },
      {},
      /^The app can't read the state of the job right now/,
    ],
    [
      'superseded, with a run',
      end({ reason: 'superseded' }),
      { supersededBy: other },
      /^The deployment of \[`d4e5f6a`\]\(https:\/\/github\.com\/acme\/data\/runs\/7\) replaced/,
    ],
    [
      'superseded, without',
      end({ reason: 'superseded' }),
      { supersededBy: { ...other, checkRunUrl: null } },
      /^The deployment of \[`d4e5f6a`\]\(https:\/\/github\.com\/acme\/data\/commit\/d4e5f6a/,
    ],
    [
      'superseded by nobody knows whom',
      end({ reason: 'superseded' }),
      {},
      /^A newer deployment of this workspace replaced/,
    ],
    [
      'read from its check run',
      end({ reason: 'read_from_check_run', problem: 'Deployed in 8 s' }),
      {},
      /^The app lost its database after this deployment ended/,
    ],
    ['401', end(answered('401 Unauthorized')), {}, /The operator of this app has to renew them/],
    ['403', end(answered('403 Forbidden')), {}, /An owner or administrator of the workspace has to grant it/],
    ['404', end(answered('404 Not Found')), {}, /The workspace no longer exists/],
    ['409', end(answered('409 Conflict')), {}, /The workspace is busy or is still being set up/],
    ['400', end(answered('400 Bad Request')), {}, /the operator of this app can ask Meltano Cloud's support/],
    [
      'no credentials',
      end({ reason: 'start_refused', problem: 'there are no Meltano Cloud credentials' }),
      {},
      /has to add credentials/,
    ],
    [
      'a start that took too long',
      end({ reason: 'start_timeout' }),
      {},
      /^Meltano Cloud didn't accept a start within 60 min.*\n\n.*START_TIMEOUT_MINUTES/,
    ],
    [
      'a start that took too long and may have been made',
      end({ reason: 'start_timeout', attemptOutcome: 'lost' }),
      {},
      /within 60 min.*\n\nThe answer to a start was lost: check on .* before you deploy again\./,
    ],
    [
      'a job that could not be watched to the end',
      makeRun(1, { reason: 'watch_timeout', problem: 'Meltano Cloud does not answer (since 14:03 UTC)' }),
      {},
      /^The app could not watch the job to its end \(`Meltano Cloud does not answer.*\n\nThe job may still be running/,
    ],
    [
      'an unreadable answer',
      end({ reason: 'start_unreadable' }),
      {},
      /Check on \[`Meltano Cloud`\].* before you deploy again: press Redeploy here/,
    ],
    [
      'a job that took too long',
      makeRun(1, { reason: 'watch_timeout' }),
      {},
      /^The job may still be running.*120 min.*DEPLOY_TIMEOUT_MINUTES/,
    ],
    [
      'a job out of sight',
      makeRun(1, { reason: 'watch_refused', problem: 'Meltano Cloud answered 403' }),
      {},
      /may still be running.*\n\n.*An owner or administrator/,
    ],
    [
      'a loop',
      end({ reason: 'loop_brake', requestedBy: 'x[bot]' }),
      {},
      /pushes by `x\[bot\]`.*press Redeploy here, or write `\/redeploy` in a comment/,
    ],
    [
      'another branch',
      end({ reason: 'no_longer_tracked', problem: 'p' }),
      {},
      /^The workspace was changed on .* after the push \(`p`\)/,
    ],
    [
      'a skip token',
      end({ reason: 'skip_token', problem: '[skip ci]' }),
      {},
      /^The message of the head commit asks .* \(`\[skip ci\]`\)\. Its changes are deployed with/,
    ],
    [
      'on_push: false',
      end({ reason: 'push_off', problem: 'p' }),
      {},
      /`on_push: false` .*To deploy it now, press Redeploy here/,
    ],
    [
      'an ignored sender',
      end({ reason: 'ignored_sender', requestedBy: 'x[bot]' }),
      {},
      /lists `x\[bot\]` in `ignore_senders`\. Its changes are deployed with/,
    ],
    [
      'paths that do not count',
      end({ reason: 'paths_unmatched', problem: 'dwh' }),
      {},
      /^No relevant file changed in `dwh` since /,
    ],
    ['stopped', makeRun(1, { reason: 'job_stopped' }), {}, /^The job was stopped on/],
    ['deleted', makeRun(1, { reason: 'job_deleted' }), {}, /^The job and its log were deleted on/],
  ])('%s', (_, deployment, view, expected) => {
    expect(renderSummary(makeView(deployment, view))).toMatch(expected);
  });

  test.each<[string, string, string?]>([
    ['Closes #12, @ana', '**Error:** `Closes #12, @ana`'],
    [
      'meltano.yml:12 mapping values are not allowed here',
      '**`meltano.yml`, line 12:** `mapping values are not allowed here`',
      '**What to do:** A YAML file has a second `key:` in one line, or a line that is indented too far. Correct the line that the error names. Put a text with a colon into quotes.\n\n',
    ],
    ['models/a.sql:3 <img src=x> `@ana` **b**', '**`models/a.sql`, line 3:** ``<img src=x> `@ana` **b**``'],
    [
      'Could not connect to db.internal:5432 in time',
      '**Error:** `Could not connect to db.internal:5432 in time`',
    ],
  ])('a failure begins with its error in plain words: %s', (message, words, advice = '') => {
    const firstError = { line: 1214, message, words: message, context: [], contextBefore: 0 };
    const view = makeView(makeRun(38, { reason: 'job_error' }), { log: makeLog(['x'], { firstError }) });
    const ended = 'The job ended with errors after 38 s. The error is in line 1,214 of the log.';
    expect(renderSummary(view).startsWith(`${words}\n\n${advice}${ended}\n\n|`)).toBe(true);
  });
});

describe('remarks on the log', () => {
  const ended = makeRun(1, { reason: 'job_complete' });

  test.each([
    ['1 secret was redacted from the log.', makeLog(['x'], { redactions: 1 })],
    ['1,003 secrets were redacted from the log.', makeLog(['x'], { redactions: 1003 })],
    [
      `The log could not be read to its end. View the whole log on [\`Meltano Cloud\`](${PAGE}).`,
      makeLog(['x'], { complete: false }),
    ],
    [`The log could not be read to its end. View the whole log on [\`Meltano Cloud\`](${PAGE}).`, null],
  ])('%s', (remark, log) => {
    expect(renderSummary(makeView(ended, { log })).split('\n')).toContain(remark);
  });

  test('none when there is nothing to say', () => {
    expect(renderSummary(makeView(ended, { log: makeLog(['x']) }))).not.toMatch(/secret|could not be read/);
    const running = makeView({ state: 'running', jobId: 'j' }, { log: makeLog(['x'], { complete: false }) });
    expect(renderSummary(running)).not.toContain('could not be read');
  });
});

describe('the project check', () => {
  const url = 'https://github.com/acme/data/runs/43';
  const link = `[project check](${url})`;
  const first = 'a.yml:7: unknown key b; did you mean c?';
  const errors = { workspaceId: WORKSPACE_ID, first, count: 1, since: null };
  const held: Partial<Deployment> = {
    state: 'concluded',
    conclusion: 'skipped',
    reason: 'project_error',
    problem: first,
  };
  const pass = (how: 'forced' | 'unjudged', why: string) =>
    makeRun(1, {
      reason: 'job_complete',
      gates: [{ kind: 'project', passed: { how, why } }],
      forcedBy: how === 'forced' ? 'mia' : null,
    });
  const paragraphs = (deployment: Partial<Deployment>, projectCheck: CheckRunView['projectCheck']) =>
    renderSummary(makeView(deployment, { projectCheck })).split('\n\n');

  test('holds a workspace: what, whether it is new, and what to do', () => {
    const [what, isNew, advice] = paragraphs(held, {
      sha: SHA,
      checkRunUrl: url,
      errors: { ...errors, count: 3, since: NEWER_SHA },
    });
    expect(what).toMatch(
      /^The \[project check\]\(\S+\/43\) found an error .* \(`a\.yml:7: .*`\), and 2 more\. /,
    );
    expect(isNew).toContain(`The error is not new: ${commit(NEWER_SHA)}, the last successful deployment`);
    expect(advice).toMatch(/^Correct it and push: .*`\/redeploy --force`/);
    expect(paragraphs(held, { sha: SHA, checkRunUrl: url, errors })[1]).toMatch(/^Correct it and push: /);
  });

  test('is linked to by its commit as long as its check run is not written', () => {
    const [what] = paragraphs(held, null);
    expect(what).toContain(`https://github.com/acme/data/commit/${SHA}/checks`);
  });

  test('says what was forced by whom', () => {
    expect(paragraphs(pass('forced', first), { sha: SHA, checkRunUrl: url, errors })).toContain(
      `**Forced** by [\`mia\`](https://github.com/mia): the ${link} found \`${first}\`, which would have kept this workspace from being deployed.`,
    );
  });

  test.each([
    [null, ''],
    [errors, `, which then found \`${first}\``],
  ])('says that it was too late, and what it found later', (found, then) => {
    const late = pass('unjudged', 'the check took longer than 10 s');
    expect(paragraphs(late, { sha: SHA, checkRunUrl: url, errors: found })).toContain(
      `**The project was not checked in time** (\`the check took longer than 10 s\`), so the deployment started without the ${link}${then}.`,
    );
  });
});
