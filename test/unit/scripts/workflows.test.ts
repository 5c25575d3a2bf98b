import { globSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import packageJson from '../../../package.json' with { type: 'json' };

const ROOT = join(import.meta.dirname, '../../..');

const permissions = z.record(z.string(), z.string());
const workflowSchema = z.object({
  permissions,
  jobs: z.record(
    z.string(),
    z.object({
      permissions: permissions.optional(),
      'timeout-minutes': z.number(),
      steps: z.array(
        z.object({
          uses: z.string().optional(),
          run: z.string().optional(),
          with: z.record(z.string(), z.unknown()).optional(),
        }),
      ),
    }),
  ),
});

const workflows = globSync('.github/workflows/*.yml', { cwd: ROOT }).map((path) => {
  const text = readFileSync(join(ROOT, path), 'utf8');
  return { name: basename(path), text, workflow: workflowSchema.parse(parse(text)) };
});

test('there are workflows to look at', () => {
  expect(workflows.map(({ name }) => name).toSorted()).toEqual(['check.yml', 'release.yml']);
});

test.each(workflows)(
  '$name runs only actions that are pinned by the SHA of a commit, with their version',
  ({ text }) => {
    const uses = text.split('\n').filter((line) => /^\s*(- )?uses:/.test(line));
    expect(uses.length).toBeGreaterThan(0);
    for (const line of uses) expect(line).toMatch(/uses: actions\/[a-z-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/);
  },
);

test.each(workflows)(
  '$name has a token that only reads, and leaves none on the disk',
  ({ name, workflow }) => {
    expect(workflow.permissions).toEqual({ contents: 'read' });
    for (const [job, { permissions: own, steps }] of Object.entries(workflow.jobs)) {
      if (own) expect(`${name} ${job}`).toBe('release.yml publish');
      for (const step of steps.filter(({ uses }) => uses?.startsWith('actions/checkout@'))) {
        expect(step.with?.['persist-credentials']).toBe(false);
      }
    }
  },
);

test('each npm command and each script that a workflow runs is there', () => {
  const commands = workflows.flatMap(({ text }) =>
    [...text.matchAll(/npm run ([\w-]+)/g)].map((one) => one[1]),
  );
  for (const command of commands) expect(packageJson.scripts).toHaveProperty([command ?? '']);
  const scripts = workflows.flatMap(({ text }) => text.match(/scripts\/[\w.-]+/g) ?? []);
  const known = globSync('scripts/*', { cwd: ROOT });
  expect(scripts.filter((script) => !known.includes(script))).toEqual([]);
});
