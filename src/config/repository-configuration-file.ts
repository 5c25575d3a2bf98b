import type { z } from 'zod';
import { COMMAND_RULES, DEPLOY_RULES } from '../domain/limit-rules.ts';
import type { WrittenConfiguration, WrittenPlace } from '../domain/repository-configuration.ts';
import type { NamedWorkspace } from '../domain/workspace.ts';
import { checkOrder } from './check-order.ts';
import { checkWorkspaceNames } from './check-workspace-names.ts';
import { deepFreeze } from './deep-freeze.ts';
import { chooseBranch, describeIssue, findValue } from './describe-issue.ts';
import type { FileProblem, KeyPath } from './file-problem.ts';
import { formatKeyPath } from './file-problem.ts';
import { readYaml, type YamlContent, type YamlLimits } from './read-yaml.ts';
import {
  type RepositoryConfigurationFile,
  repositoryConfigurationSchema,
  SECTIONS,
} from './repository-configuration-schema.ts';
import { describeUnknownKey } from './suggest-name.ts';
import { toDeploySettings, toWrittenSettings } from './to-settings.ts';

/** A thousand times what a long configuration needs. */
export const LONGEST_FILE_BYTES = 64 * 1024;
/** No section is deeper than 4. A list that fills the largest file has some 26,000 tokens. */
const LIMITS: YamlLimits = {
  mostBytes: LONGEST_FILE_BYTES,
  deepest: 16,
  mostValues: 10_000,
  mostTokens: 30_000,
};
/** A check run takes this many annotations at once, and nobody reads more. */
export const MOST_PROBLEMS = 50;

const LIMITED = [...Object.values(DEPLOY_RULES), ...Object.values(COMMAND_RULES)];

export type ConfigurationResult =
  | { readonly ok: true; readonly configuration: WrittenConfiguration }
  /** At least one and at most MOST_PROBLEMS, from the top of the file to its end. Messages quote the file. */
  | {
      readonly ok: false;
      readonly problems: readonly FileProblem[];
      /** True if the file, as far as it can be read, sets checks.gate. */
      readonly gate: boolean;
    };

export interface KnownToReader {
  /** The repository's workspaces on all branches; null if unknown: then names aren't checked. */
  readonly workspaces: readonly NamedWorkspace[] | null;
}

/** Reads the text of `.github/meltano-deploy.yml`. Never throws. An empty file gives the defaults. */
export function readRepositoryConfiguration(text: string, known: KnownToReader): ConfigurationResult {
  const yaml = readYaml(text, {
    limits: LIMITS,
    isTyped: () => true,
    mayQuote: true,
  });
  if (yaml.problems.found.length > 0) return fail(yaml);
  if (yaml.value === null) return { ok: true, configuration: {} };
  const parsed = repositoryConfigurationSchema.safeParse(yaml.value);
  if (!parsed.success) reportIssues(parsed.error.issues, yaml);
  checkWorkspaceNames(yaml, known.workspaces);
  checkOrder(yaml, known.workspaces);
  if (!parsed.success || yaml.problems.found.length > 0) return fail(yaml);
  return { ok: true, configuration: toConfiguration(parsed.data, yaml) };
}

function reportIssues(issues: readonly z.core.$ZodIssue[], { value, locate, problems }: YamlContent): void {
  // What is wrong with a value of the wrong type beside its type makes no sense.
  const mistyped = new Set(
    issues.filter(({ code }) => code === 'invalid_type').map(({ path }) => formatKeyPath(path)),
  );
  for (const issue of issues.flatMap((one) => chooseBranch(one, value))) {
    if (issue.code === 'too_big' && mistyped.has(formatKeyPath(issue.path))) continue;
    if (issue.code === 'unrecognized_keys') {
      const name = issue.path.filter((part) => typeof part === 'string').join('.');
      const section = SECTIONS.get(name) ?? { keys: [], place: '' };
      for (const key of issue.keys) {
        const path = [...issue.path, key];
        const place = locate(path);
        problems.add(
          place.key ?? place.value,
          `${formatKeyPath(path)} ${describeUnknownKey(key, section, SECTIONS.values())}`,
          path,
        );
      }
    } else {
      const found = findValue(value, issue.path);
      const place = locate(issue.path);
      problems.add((found === null && place.key) || place.value, describeIssue(issue, found), issue.path);
    }
  }
}

function fail({ problems, value }: YamlContent): ConfigurationResult {
  const sorted = problems.found.toSorted((a, b) => a.line - b.line || a.column - b.column);
  return {
    ok: false,
    problems: sorted.slice(0, MOST_PROBLEMS),
    gate: findValue(value, ['checks', 'gate']) === true,
  };
}

/** Where the keys stand that the operator may limit. */
function listPlaces({ value, locate, problems }: YamlContent, entries: number): WrittenPlace[] {
  return LIMITED.flatMap(({ section, key }) => {
    const inEntry = section === 'checks' ? [section, key] : [key];
    const paths: [number | null, KeyPath][] = [[null, [section, key]]];
    for (let entry = 0; entry < entries; entry++) paths.push([entry, ['workspaces', entry, ...inEntry]]);
    return paths
      .filter(([, path]) => findValue(value, path) !== undefined)
      .map(([entry, path]) => {
        const place = problems.placeOf(locate(path).value);
        return { ...place, section, key, entry, path: formatKeyPath(path) };
      });
  });
}

function toConfiguration(file: RepositoryConfigurationFile, yaml: YamlContent): WrittenConfiguration {
  const workspaces = file.workspaces ?? [];
  return deepFreeze({
    ...toWrittenSettings({ ...file, ...file.deploy, ...file.checks }),
    workspaces: workspaces.map(({ workspace, environment, after, checks, ...entry }) => ({
      workspace,
      ...toDeploySettings({ ...entry, ...checks }),
      ...(environment !== undefined && { environment }),
      ...(after !== undefined && { after }),
    })),
    places: listPlaces(yaml, workspaces.length),
  });
}
