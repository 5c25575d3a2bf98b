import type { Environment, Job, Named, Plugin, Project, Schedule } from '../model.ts';
import type { Text } from '../yaml-file.ts';
import type { YamlNode } from '../yaml-node.ts';
import { diffOtherKeys, diffText, diffTexts } from './details.ts';
import { changeOf, type Pair, pairBy } from './pair-named.ts';
import type { PlanDetail, PlanItem, Step, Subject } from './plan-model.ts';

/** Intervals that never start a run. */
const NEVER = /^@(?:once|manual|none)$/i;
/** Keys of `meltano.yml` that have their own items or details. */
const OWN_ITEMS = ['plugins', 'environments', 'jobs', 'schedules', 'default_environment'];

/** Plans the changes of meltano.yml and the files that it includes. Empty if one of them can't be read. */
export function planManifest(step: Step): PlanItem[] {
  const { before, after } = step;
  if ([before, after].some((project) => project?.incomplete.has('manifest'))) return [];
  const plan = <T extends Named>(
    subject: Subject,
    list: (project: Project) => readonly T[],
    describe: Describe<T>,
    warn: Warn<T> = () => null,
  ) =>
    pairBy(before ? list(before) : [], list(after), keyOf).flatMap((pair) =>
      planNamed(subject, pair, describe, warn),
    );
  return [
    ...plan('plugin', ({ plugins }) => plugins, describePlugin, warnOfPlugin(step)),
    ...plan('environment', ({ environments }) => environments, describeEnvironment),
    ...plan('job', ({ jobs }) => jobs, describeJob),
    ...plan('schedule', ({ schedules }) => schedules, describeSchedule, warnOfSchedule),
    ...planSettings(step),
  ];
}

type Warn<T> = (before: T | null, after: T | null) => string | null;
type Describe<T> = (before: T | null, after: T | null) => PlanDetail[];

/** Plugins of two types may have one name. */
function keyOf(one: Named): string {
  const name = one.name?.text ?? '';
  return 'type' in one ? `${one.type}/${name}` : name;
}

function planNamed<T extends Named>(
  subject: Subject,
  pair: Pair<T>,
  describe: Describe<T>,
  warn: Warn<T>,
): PlanItem[] {
  const { before, after, key } = pair;
  const details = describe(before, after);
  if (before !== null && after !== null && details.length === 0) return [];
  return [
    {
      subject,
      name: key,
      change: changeOf(pair),
      warning: warn(before, after),
      details: after === null ? [] : details,
      files: [before, after].flatMap((one) => one?.node.file.path ?? []),
    },
  ];
}

function describePlugin(before: Plugin | null, after: Plugin | null): PlanDetail[] {
  return [
    ...diffText('variant', before?.variant, after?.variant),
    ...diffText('pip_url', before?.pipUrl, after?.pipUrl),
    ...diffOtherKeys(before?.node ?? null, after?.node ?? null, ['name', 'variant', 'pip_url']),
  ];
}

function describeEnvironment(before: Environment | null, after: Environment | null): PlanDetail[] {
  return diffOtherKeys(before?.node ?? null, after?.node ?? null, ['name']);
}

function describeJob(before: Job | null, after: Job | null): PlanDetail[] {
  const tasks = diffTexts('tasks', showTasks(before), showTasks(after));
  // The same words may be several tasks or one.
  return [
    ...tasks,
    ...diffOtherKeys(before?.node ?? null, after?.node ?? null, tasks.length ? ['name', 'tasks'] : ['name']),
  ];
}

/** Hides the value of an option, which may be a secret. */
function showTasks(job: Job | null): Text[] {
  const tasks = job?.tasks ?? [];
  return tasks.map((task) =>
    task.text.startsWith('-') ? { ...task, text: task.text.replace(/=.*/s, '=…') } : task,
  );
}

function describeSchedule(before: Schedule | null, after: Schedule | null): PlanDetail[] {
  const shown = ['name', 'interval', 'job', 'extractor', 'loader'];
  return [
    ...diffText('interval', before?.interval, after?.interval),
    ...diffText('job', before?.job, after?.job),
    ...diffText('extractor', before?.extractor, after?.extractor),
    ...diffText('loader', before?.loader, after?.loader),
    ...diffOtherKeys(before?.node ?? null, after?.node ?? null, shown),
  ];
}

/** Warns of a loader with a new variant, and of one that is removed while another is added. */
function warnOfPlugin(step: Step): Warn<Plugin> {
  const known = new Set(step.before?.plugins.map(keyOf));
  const isLoaderNew = step.after.plugins.some(
    (plugin) => plugin.type === 'loaders' && !known.has(keyOf(plugin)),
  );
  return (before, after) => {
    if (before?.type !== 'loaders') return null;
    const isExchanged = after === null ? isLoaderNew : before.variant?.text !== after.variant?.text;
    return isExchanged ? 'the loader is exchanged' : null;
  };
}

function warnOfSchedule(before: Schedule | null, after: Schedule | null): string | null {
  if (before === null) return null;
  if (after === null) return 'its runs stop';
  const loader = diffText('', before.loader, after.loader);
  if (loader.length > 0) return 'what it loads into is exchanged';
  const [old, young] = [before, after].map(({ interval }) => interval?.text ?? '@none');
  return old !== young && NEVER.test(young ?? '') && !NEVER.test(old ?? '')
    ? 'it no longer starts by itself'
    : null;
}

/** Plans the other keys of each file. */
function planSettings({ before, after }: Step): PlanItem[] {
  const pairs = pairBy(before?.manifests ?? [], after.manifests, ({ file }) => file.path);
  return pairs.flatMap((pair) => {
    const details = [
      ...diffText('default_environment', toDefault(pair.before), toDefault(pair.after)),
      ...diffOtherKeys(pair.before, pair.after, OWN_ITEMS),
    ];
    if (details.length === 0) return [];
    return {
      subject: 'project' as const,
      name: pair.key,
      change: changeOf(pair),
      warning: null,
      details: pair.after === null ? [] : details,
      files: [pair.key],
    };
  });
}

function toDefault(root: YamlNode | null): Text | null {
  return root?.get('default_environment').toText() ?? null;
}
