import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Conclusion, Deployment } from '../../../../src/domain/deployment.ts';
import { REASON_CODES, type ReasonCode } from '../../../../src/domain/reason-codes.ts';
import { redactRequest } from '../../../../src/github/redact-request.ts';
import { createRedactor } from '../../../../src/logs/redact.ts';
import type { CheckRunView } from '../../../../src/reporting/render/check-run-view.ts';
import { renderCheckRun } from '../../../../src/reporting/render/render-check-run.ts';
import {
  deploymentResultSchema,
  redactBlock,
  renderResult,
  renderResultSchema,
  splitResult,
} from '../../../../src/reporting/render/render-result.ts';
import { makeLog, makeRun, makeView } from './make-check-run-view.ts';

const ERROR = "ModuleNotFoundError: No module named 'pkg_resources'";
const log = makeLog(['x', ERROR], {
  firstError: { line: 2, message: ERROR, words: ERROR, context: ['x', ERROR], contextBefore: 1 },
});
const failed = makeRun(38, { conclusion: 'failure', reason: 'job_error' });

function read(output: string) {
  const json = splitResult(output)?.json;
  return json === undefined ? null : deploymentResultSchema.parse(JSON.parse(json));
}
const readView = (view: CheckRunView) => read(renderCheckRun(view).output.text ?? '');

describe('the result of a deployment', () => {
  test('of a failed one has the error, what to do and the commits', () => {
    const view = makeView(failed, { log });
    const { workspaceId, workspaceName, sha, deployedSha } = view.deployment;
    expect(readView(view)).toEqual({
      version: 1,
      reason: 'job_failed',
      conclusion: 'failure',
      workspace: { id: workspaceId, name: workspaceName },
      commit: { requested: sha, deployed: deployedSha },
      error: { message: ERROR, path: null, line: null },
      next: "Add setuptools<81 to the plugin's pip_url, with a blank before it.",
      retryable: false,
      url: view.workspaceUrl,
    });
  });

  test('names the place with which an error begins', () => {
    const firstError = {
      line: 1,
      message: 'meltano.yml:12 not found',
      words: 'meltano.yml:12 not found',
      context: [],
      contextBefore: 0,
    };
    const view = makeView(failed, { log: makeLog(['x'], { firstError }) });
    expect(readView(view)?.error).toEqual({ message: 'not found', path: 'meltano.yml', line: 12 });
  });

  test('may be tried again where the cause passes', () => {
    const passing = 'fatal: early EOF';
    const firstError = {
      line: 1,
      message: 'early EOF',
      words: passing,
      context: [passing],
      contextBefore: 0,
    };
    expect(readView(makeView(failed, { log: makeLog([passing], { firstError }) }))?.retryable).toBe(true);
    expect(readView(makeView(makeRun(1, { conclusion: 'failure', reason: 'start_timeout' })))).toMatchObject({
      reason: 'start_timeout',
      retryable: true,
    });
  });

  test.each<[string, Partial<CheckRunView>, Partial<Deployment>]>([
    ['a public repository', { repository: { ...makeView().repository, private: false } }, {}],
    ['log: none', {}, { log: 'none' }],
  ])('%s: the error and the advice are hidden', (_, view, differences) => {
    const result = readView({ ...makeView({ ...failed, ...differences }, { log }), ...view });
    expect(result).toMatchObject({ reason: 'job_failed', error: null, next: null });
    expect(JSON.stringify(result)).not.toMatch(/pkg_resources|setuptools/);
  });

  test('of a lost database is left to the check run, unless the log has to be hidden', () => {
    const lost = makeRun(1, { conclusion: 'failure', reason: 'read_from_check_run' });
    expect(renderCheckRun(makeView(lost)).output.text).toBeUndefined();
    const hidden = renderCheckRun(makeView({ ...lost, log: 'none' })).output.text ?? '';
    expect(hidden).toMatch(/^The log is hidden\./);
    expect(read(hidden)?.reason).toBe('read_from_check_run');
  });

  test('none while it is running', () => {
    expect(renderResult(makeView({ state: 'running', jobId: 'j' }, { log }))).toBe('');
  });

  test('says what to do about a start that failed', () => {
    const problem = 'Meltano Cloud answered 401 Unauthorized';
    const refused = readView(
      makeView({ state: 'concluded', conclusion: 'failure', reason: 'start_refused', problem }),
    );
    expect(refused?.next).toMatch(/^Meltano Cloud rejects this app's credentials/);
  });

  test.each<[ReasonCode, Conclusion, RegExp]>([
    ['project_error', 'skipped', /redeploy --force/],
    ['order_failed', 'skipped', /redeploy --force/],
    ['order_missing', 'skipped', /redeploy --force/],
    ['checks_failed', 'skipped', /redeploy --force/],
    ['checks_missing', 'skipped', /redeploy --force/],
    ['approval_needed', 'action_required', /can press Deploy here/],
    ['approval_expired', 'action_required', /press Redeploy/],
    ['held_too_long', 'action_required', /press Redeploy/],
  ])('says what to do about a gate that stayed closed: %s', (reason, conclusion, advice) => {
    const ended = { state: 'concluded', conclusion, reason, problem: 'why', armedUntil: 1 } as const;
    expect(readView(makeView(ended))?.next).toMatch(advice);
  });

  test('says it in plain text, with the address of a link', () => {
    const { next } =
      readView(makeView({ state: 'concluded', conclusion: 'timed_out', reason: 'watch_timeout' })) ?? {};
    expect(next).toContain(`on Meltano Cloud (https://app.meltano.com/workspaces/`);
    expect(next).toContain('DEPLOY_TIMEOUT_MINUTES');
    expect(next).not.toMatch(/[`*[\]]/);
  });

  test('is kept when the log fills the text', () => {
    const lines = Array.from({ length: 2_000 }, (_, index) => `${index} ${'é'.repeat(60)}`);
    const text =
      renderCheckRun(makeView(failed, { log: { ...log, tail: lines, omittedLines: 5, totalLines: 2_005 } }))
        .output.text ?? '';
    expect(Buffer.byteLength(text)).toBeLessThanOrEqual(65_535);
    expect(Buffer.byteLength(text)).toBeGreaterThan(63_000);
    expect(text).toMatch(/\n1999 é+\n```\n\n```json meltano-deploy\n/);
    expect(read(text)?.conclusion).toBe('failure');
  });
});

const anyText = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 3_000 }),
  fc.string({ unit: fc.constantFrom('`', '"', '\\', '\u0001', 'é', '😀', '\n'), maxLength: 3_000 }),
);

test('whatever comes in, the block is JSON of the schema, at most 2 kB, and nothing in it closes it', () => {
  fc.assert(
    fc.property(
      fc.record({
        workspaceName: anyText,
        workspaceId: anyText,
        message: anyText,
        url: anyText,
        deployedSha: fc.option(anyText),
      }),
      fc.constantFrom(...(Object.keys(REASON_CODES) as ReasonCode[])),
      ({ message, url, ...names }, reason) => {
        const firstError = { line: 1, message, words: message, context: [message], contextBefore: 0 };
        const run = makeRun(1, { ...names, reason, conclusion: 'failure', problem: message });
        const view = { ...makeView(run, { log: makeLog(['x'], { firstError }) }), workspaceUrl: url };
        const block = renderResult(view);
        expect(Buffer.byteLength(block)).toBeLessThanOrEqual(2_000);
        expect(block.split('`')).toHaveLength(7);
        expect(block.isWellFormed()).toBe(true);
        expect(read(block)?.conclusion).toBe('failure');
        const text = `${'x'.repeat(65_000)}\n\n${block}`;
        expect(read(text)).not.toBeNull();
      },
    ),
    { numRuns: 300 },
  );
});

test.each(['\u2028', '\u2029', '\u0085', '\r'])(
  '%j, which ends a line elsewhere, is text of the block',
  (character) => {
    const view = makeView({ ...failed, workspaceName: `a${character}b` }, { log });
    expect(readView(view)?.workspace.name).toBe(`a${character}b`);
  },
);

test('a secret in it is hidden text by text, in a text that is too long then, and it stays JSON', () => {
  const secret = ['own', 'secret', String(Math.random()).slice(2)].join('-');
  const redactor = createRedactor({ secrets: [secret, 'short-x1'] });
  const message = `password="${secret}" token: ${secret}`;
  const firstError = { line: 1, message, words: message, context: [message], contextBefore: 0 };
  const view = makeView({ ...failed, workspaceName: secret }, { log: makeLog(['x'], { firstError }) });
  const block = renderResult(view);
  const before = 'short-x1 '.repeat(7_000);
  const request = { output: { text: `${before}\n\n${block}` } };
  redactRequest(request, (text) => redactor.redactText(text));
  const { text } = request.output;
  expect(text).not.toContain(secret);
  expect(Buffer.byteLength(text)).toBeLessThanOrEqual(65_535);
  expect(read(text)).toMatchObject({ workspace: { name: '[redacted]' }, conclusion: 'failure' });
});

test('schema/deployment-result.schema.json matches the code: if not, run `npm run generate`', () => {
  const path = join(import.meta.dirname, '../../../../schema/deployment-result.schema.json');
  expect(readFileSync(path, 'utf8')).toBe(renderResultSchema());
});

test('a result that secrets make longer stays JSON of at most 2 kB', () => {
  const name = 'hunter22'.repeat(70);
  const failedSo = makeRun(1, { conclusion: 'failure', reason: 'job_error', workspaceName: name });
  const message = `x ${name}`;
  const long = { ...log, firstError: log.firstError && { ...log.firstError, message } };
  const { json = '' } = splitResult(renderResult(makeView(failedSo, { log: long }))) ?? {};
  const block = redactBlock(json, (text) => text.replaceAll('hunter22', '[redacted] [redacted]'));
  expect(Buffer.byteLength(block)).toBeLessThanOrEqual(2_000);
  expect(read(block)?.workspace.name).toMatch(/^\[redacted\]/);
});
