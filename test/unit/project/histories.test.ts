import { describe, expect, test } from 'vitest';
import { checkProject } from '../../../src/project/check-project.ts';
import { planChanges } from '../../../src/project/plan/plan.ts';
import { renderPlan } from '../../../src/project/plan/render-plan.ts';
import { findHistories, type HistoryStep, readHistories, readStep } from './read-histories.ts';

const folder = findHistories();
const histories = folder === null ? [] : readHistories(folder);

/** Mistakes that were mended by hand: the commit that made each, the finding, and the commit that mended it. */
const MENDED: readonly (readonly [made: string, finding: string, mended: string])[] = [
  ['e15', 'meltano.yml:19: bad-pip-url', 'e33'],
  ['g2', 'meltano.yml:13: unknown-key', 'g23'],
  ['g24', 'meltano.yml:4: unknown-environment', 'g25'],
  ['g29', 'meltano.yml:9: no-lock-file', 'g34'],
  ['g29', 'meltano.yml:12: no-lock-file', 'g45'],
  ['g29', 'meltano.yml:18: no-lock-file', 'g45'],
  ['g29', 'meltano.yml:22: no-lock-file', 'g45'],
  ['g29', 'meltano.yml:26: no-lock-file', 'g83'],
  ['g92', 'pipelines/Model lineage.yml:2: same-name', 'g99'],
  ['g106', 'meltano.yml:52: no-lock-file', 'g142'],
  ['g134', 'meltano.yml:53: no-lock-file', 'g137'],
  ['g145', 'meltano.yml:76: no-lock-file', 'g155'],
  ['g152', 'meltano.yml:46: bad-pip-url', 'g154'],
  ['g154', 'meltano.yml:115: no-lock-file', 'g157'],
  ['g154', 'meltano.yml:117: bad-pip-url', 'g156'],
  ['h13', 'pipelines/dogapi.yml:6: no-loader', 'h14'],
];
/** A plugin that lost its lock file, and that no pipeline uses any more. */
const NEVER_MENDED = ['g112: meltano.yml:24: no-lock-file'];

async function listFindings(step: HistoryStep) {
  const { findings } = checkProject(await readStep(step));
  return findings
    .filter(({ level }) => level !== 'note')
    .map(({ path, line, code, level, message }) => ({
      place: `${path}:${line}: ${code}`,
      // Lines move, messages stay.
      key: `${path} ${code} ${message}`,
      level,
    }));
}

describe.skipIf(folder === null)('histories of real workspaces', () => {
  test('each mistake that was mended by hand is found at the commit that made it, and nothing else', async () => {
    const made: string[] = [];
    const errors: string[] = [];
    for (const history of histories) {
      let before = new Set<string>();
      for (const step of history) {
        const found = await listFindings(step);
        const fresh = found.filter(({ key }) => !before.has(key));
        made.push(...fresh.map(({ place }) => `${step.name}: ${place}`));
        errors.push(
          ...found.filter(({ level }) => level === 'error').map(({ place }) => `${step.name}: ${place}`),
        );
        before = new Set(found.map(({ key }) => key));
      }
    }
    const expected = [...MENDED.map(([commit, finding]) => `${commit}: ${finding}`), ...NEVER_MENDED];
    expect(made.toSorted()).toEqual(expected.toSorted());
    expect(errors).toEqual(['g24: meltano.yml:4: unknown-environment']);
  });

  test.each(MENDED)('%s %s is gone at %s', async (made, finding, mended) => {
    const code = finding.split(' ').at(-1);
    const steps = histories.flat();
    const [first, last] = [made, mended].map((name) => steps.find((step) => step.name === name));
    const key = first && (await listFindings(first)).find(({ place }) => place === finding)?.key;
    expect(key).toContain(code);
    expect(last && (await listFindings(last)).map((one) => one.key)).not.toContain(key);
  });

  test('plans of neighbours: empty for the same, every changed file explained or counted, no value of a setting', async () => {
    for (const history of histories) {
      for (const [index, step] of history.entries()) {
        const texts = new Map(Array.from(step.texts, ([path, text]) => [path, plant(text)]));
        const after = await readStep({ name: step.name, texts });
        const previous = history[index - 1];
        const before = previous ? await readStep(previous) : null;
        expect(planChanges(after, after)).toEqual({ items: [], otherFiles: 0 });
        const plan = planChanges(before, after);
        const paths = new Set([...(previous?.texts.keys() ?? []), ...texts.keys()]);
        const changed = [...paths].filter((path) => previous?.texts.get(path) !== texts.get(path));
        const explained = new Set(plan.items.flatMap(({ files }) => files));
        expect(changed.filter((path) => !explained.has(path))).toHaveLength(plan.otherFiles);
        expect(renderPlan(plan)).not.toContain(SECRET);
      }
    }
  });
});

const SECRET = 'planted-value-0123456789';

/** Puts a secret where settings, scripts and variables are. */
function plant(text: string): string {
  return text
    .replace(/^( *)(config|properties|env|app_properties):$/gm, `$1$2:\n$1  planted: ${SECRET}`)
    .replace(/^( *)meltano install\b/gm, `$1export PASSWORD=${SECRET}\n$1meltano install`)
    .replace(/^( *)start_date: .*$/gm, `$1start_date: ${SECRET}`);
}
