import { failedCreates } from './failed-creates.ts';
import { logLines } from './log-lines.ts';
import { manyEnds } from './many-ends.ts';
import { manyPushes } from './many-pushes.ts';
import { newWorkspaces } from './new-workspaces.ts';
import { projectChecks } from './project-checks.ts';
import type { Scenario } from './scenario.ts';
import { tenWorkspaces } from './ten-workspaces.ts';

export const SCENARIOS = {
  'new workspaces': newWorkspaces,
  'project checks': projectChecks,
  'log lines': logLines,
  'ten workspaces': tenWorkspaces,
  'many pushes': manyPushes,
  'many ends': manyEnds,
  'failed creates': failedCreates,
} as const satisfies Record<string, Scenario>;

export type ScenarioName = keyof typeof SCENARIOS;
