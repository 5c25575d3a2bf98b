import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { SyntaxNode } from '@lezer/common';
import { parser } from '@prometheus-io/lezer-promql';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { type RunningApp, startApp } from './start-app.ts';

const PROJECT = join(import.meta.dirname, '../..');
const PAGE = readFileSync(join(PROJECT, 'docs/operations.md'), 'utf8');

const Rule = z.strictObject({
  alert: z.string().regex(/^MeltanoDeploy[A-Z][A-Za-z]+$/),
  expr: z.string(),
  for: z
    .string()
    .regex(/^\d+[mh]$/)
    .optional(),
  labels: z.strictObject({ severity: z.enum(['info', 'warning', 'critical']) }),
  annotations: z.strictObject({ summary: z.string(), description: z.string() }),
});
const RuleFile = z.strictObject({
  groups: z.array(z.strictObject({ name: z.string(), rules: z.array(Rule).min(1) })).min(1),
});
const rules = RuleFile.parse(
  parse(readFileSync(join(PROJECT, 'docs/operations/alerts.yml'), 'utf8')),
).groups.flatMap((group) => group.rules);

interface Selector {
  readonly metric: string;
  /** Label and value; a pattern of alternatives is one of these for each. */
  readonly labels: [string, string][];
}

/** What an expression selects. Throws where Prometheus could not read it. */
function readSelectors(expr: string): Selector[] {
  const selectors: Selector[] = [];
  const textOf = (node: SyntaxNode | null) => (node ? expr.slice(node.from, node.to) : '');
  parser.parse(expr).iterate({
    enter({ type, from, node }) {
      if (type.isError) throw new Error(`Not PromQL at ${from}: ${expr}`);
      if (type.name !== 'VectorSelector') return;
      const matchers = node.getChild('LabelMatchers')?.getChildren('UnquotedLabelMatcher') ?? [];
      const labels = matchers.flatMap((matcher) => {
        const value = textOf(matcher.getChild('StringLiteral')).slice(1, -1);
        const name = textOf(matcher.getChild('LabelName'));
        return value.split('|').map((alternative): [string, string] => [name, alternative]);
      });
      selectors.push({ metric: textOf(node.getChild('Identifier')), labels });
    },
  });
  return selectors;
}

let app: RunningApp;
/** What a fresh process shows at `/metrics`. */
let metrics: string;
beforeAll(async () => {
  app = await startApp({ SWEEP_MINUTES: '5' });
  metrics = await (await fetch(`${app.service.url}/metrics`)).text();
});
afterAll(() => app.stop());

const listMetrics = () => [...metrics.matchAll(/^# TYPE (\S+) /gm)].map((match) => match[1] ?? '');

describe('docs/operations.md', () => {
  test('says what each metric means', () => {
    const names = listMetrics();
    expect(names).toEqual(
      expect.arrayContaining(['process_cpu_seconds_total', 'meltano_deploy_deliveries_total']),
    );
    expect(names.filter((name) => !PAGE.includes(`\`${name}\``))).toEqual([]);
    const told = [...PAGE.matchAll(/`((?:meltano_deploy|nodejs|process)_\w+)`/g)].map(
      (match) => match[1] ?? '',
    );
    expect(told.filter((name) => !names.includes(name))).toEqual([]);
  });

  test('says what each warning and error in the log means', () => {
    const messages = listLogMessages();
    expect(messages.length).toBeGreaterThan(20);
    expect(messages).toContain('A step failed: trying again');
    expect(messages.filter((message) => !PAGE.includes(`\`${message}\``))).toEqual([]);
  });

  test('says what to do for each alert', () => {
    const headings = [...PAGE.matchAll(/^#### (MeltanoDeploy\w+)$/gm)].map((match) => match[1]);
    expect(headings.toSorted()).toEqual(rules.map((rule) => rule.alert).toSorted());
  });
});

describe('docs/operations/alerts.yml', () => {
  test.each(rules.map((rule) => [rule.alert, rule.expr]))('%s asks for what there is', (_, expr) => {
    const selectors = readSelectors(expr);
    expect(selectors).not.toEqual([]);
    for (const { metric, labels } of selectors) {
      // Prometheus itself makes this one.
      if (metric === 'up') continue;
      expect([...listMetrics(), ...listSeries()]).toContain(metric);
      for (const [name, value] of labels.filter(([label]) => label !== 'job')) {
        // A counter that begins with its first event would have no increase to be seen by.
        expect(metrics).toMatch(new RegExp(`^${metric}\\{(?:.*,)?${name}="${value}"`, 'm'));
      }
    }
  });

  test('counts by the job of the scrape that its head names', () => {
    for (const { expr } of rules) {
      for (const { labels } of readSelectors(expr)) expect(labels).toContainEqual(['job', 'meltano-deploy']);
    }
  });
});

const listSeries = () => [...metrics.matchAll(/^(\w+)[{ ]/gm)].map((match) => match[1] ?? '');

/** The messages of all calls that log a warning or an error, as the source has them. */
function listLogMessages(): string[] {
  const files = globSync('src/**/*.ts', { cwd: PROJECT });
  return files.flatMap((file) => {
    const source = readFileSync(join(PROJECT, file), 'utf8');
    const calls = [...source.matchAll(/\blog\.(?:warn|error|fatal)\(/g)];
    return calls.flatMap((call) => {
      const found = readMessages(takeArguments(source.slice(call.index + call[0].length)));
      if (found.length === 0) throw new Error(`${file} logs something without a fixed message.`);
      return found;
    });
  });
}

/** Up to the bracket that closes the call. */
function takeArguments(text: string): string {
  let depth = 1;
  for (const [index, character] of [...text].entries()) {
    if (character === '(') depth += 1;
    if (character === ')') depth -= 1;
    if (depth === 0) return text.slice(0, index);
  }
  throw new Error('A call has no end.');
}

function readMessages(text: string): string[] {
  return [...text.matchAll(/'([A-Z][^']+)'|"([A-Z][^"]+)"/g)].map((match) => match[1] ?? match[2] ?? '');
}
